/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <string.h>

#include <rte_malloc.h>

#include "uacce_zip_priv.h"

/* The fields of both directions, in one shape. */
struct xform_params {
	bool compress;
	enum rte_comp_algorithm algo;
	enum rte_comp_huffman huffman;
	int level;
	uint8_t window;
	enum rte_comp_checksum_type chksum;
	enum rte_comp_hash_algorithm hash;
	uint8_t lz4_flags;
	const uint8_t *dict;
	uint32_t dict_len;
};

static void
params_read_compress(const struct rte_comp_compress_xform *c, struct xform_params *p)
{
	*p = (struct xform_params){
		.compress = true,
		.algo = c->algo,
		.level = c->level,
		.window = c->window_size,
		.chksum = c->chksum,
		.hash = c->hash_algo,
	};
	/* the rest is a union */
	if (c->algo == RTE_COMP_ALGO_DEFLATE) {
		p->huffman = c->deflate.huffman;
		p->dict = zip_dict(&c->deflate);
		p->dict_len = zip_dict_len(&c->deflate);
	} else if ((int)c->algo == ZIP_ALGO_LZ4) {
		p->lz4_flags = zip_lz4_flags(c);
	}
}

static void
params_read_decompress(const struct rte_comp_decompress_xform *d, struct xform_params *p)
{
	*p = (struct xform_params){
		.algo = d->algo,
		.level = RTE_COMP_LEVEL_PMD_DEFAULT,
		.window = d->window_size,
		.chksum = d->chksum,
		.hash = d->hash_algo,
	};
	if (d->algo == RTE_COMP_ALGO_DEFLATE) {
		p->dict = zip_inflate_dict(d);
		p->dict_len = zip_inflate_dict_len(d);
	} else if ((int)d->algo == ZIP_ALGO_LZ4) {
		p->lz4_flags = zip_lz4_flags(d);
	}
}

static int
params_read(const struct rte_comp_xform *xform, struct xform_params *p)
{
	switch (xform->type) {
	case RTE_COMP_COMPRESS:
		params_read_compress(&xform->compress, p);
		return 0;
	case RTE_COMP_DECOMPRESS:
		params_read_decompress(&xform->decompress, p);
		return 0;
	}
	ZIP_LOG(ERR, "xform type %d is neither compress nor decompress", xform->type);
	return -EINVAL;
}

static bool
is_lz4(const struct xform_params *p)
{
	return (int)p->algo == ZIP_ALGO_LZ4 && (int)ZIP_ALGO_LAST >= ZIP_ALGO_LZ4;
}

static int
params_check_sums(const struct xform_params *p)
{
	if (p->hash != RTE_COMP_HASH_ALGO_NONE) {
		ZIP_LOG(ERR, "hash algorithm %d is not supported: none is", p->hash);
		return -ENOTSUP;
	}
	if ((int)p->chksum < RTE_COMP_CHECKSUM_NONE || p->chksum > ZIP_CHKSUM_LAST) {
		ZIP_LOG(ERR, "checksum type %d is not supported", p->chksum);
		return -ENOTSUP;
	}
	if ((int)p->chksum == ZIP_CHKSUM_UDC && p->algo != RTE_COMP_ALGO_DEFLATE) {
		ZIP_LOG(ERR, "the UDC checksum is one of DEFLATE's history alone");
		return -ENOTSUP;
	}
	return 0;
}

/* What DEFLATE has and LZ4 has not, and the other way round. */
static int
params_check_own(const struct xform_params *p)
{
	if (is_lz4(p)) {
		if ((p->lz4_flags & ~ZIP_LZ4_FLAGS) == 0)
			return 0;
		ZIP_LOG(ERR, "LZ4 flags %#x are not supported: %#x are", p->lz4_flags,
			ZIP_LZ4_FLAGS);
		return -ENOTSUP;
	}
	if ((int)p->huffman < RTE_COMP_HUFFMAN_DEFAULT ||
	    p->huffman > RTE_COMP_HUFFMAN_DYNAMIC) {
		ZIP_LOG(ERR, "Huffman type %d is not supported", p->huffman);
		return -ENOTSUP;
	}
	if (p->dict == NULL && p->dict_len != 0) {
		ZIP_LOG(ERR, "a dictionary of %u bytes is nowhere", p->dict_len);
		return -EINVAL;
	}
	return 0;
}

/* What no lane can do is refused here, never ignored. */
static int
params_check(const struct xform_params *p)
{
	uint8_t window_max = is_lz4(p) ? ZIP_LZ4_WINDOW_MAX : ZIP_WINDOW_MAX;
	int ret;

	if (p->algo != RTE_COMP_ALGO_DEFLATE && p->algo != RTE_COMP_ALGO_NULL && !is_lz4(p)) {
		ZIP_LOG(ERR, "algorithm %d is not supported: DEFLATE%s and NULL are", p->algo,
			(int)ZIP_ALGO_LAST >= ZIP_ALGO_LZ4 ? ", LZ4" : "");
		return -ENOTSUP;
	}
	ret = params_check_sums(p);
	if (ret != 0 || p->algo == RTE_COMP_ALGO_NULL)
		return ret;
	if (p->level < RTE_COMP_LEVEL_PMD_DEFAULT || p->level > RTE_COMP_LEVEL_MAX) {
		ZIP_LOG(ERR, "level %d is not -1 .. 9", p->level);
		return -EINVAL;
	}
	/* LZ4's frames do not tell it, so callers need not */
	if ((p->window < ZIP_WINDOW_MIN && (p->window != 0 || !is_lz4(p))) ||
	    p->window > window_max) {
		ZIP_LOG(ERR, "window size %u is not %u .. %u", p->window, ZIP_WINDOW_MIN,
			window_max);
		return -ENOTSUP;
	}
	return params_check_own(p);
}

/* Window code of the engine (datasheet 3.2); v2 has no such field. */
static bool
engine_window(unsigned int api, uint8_t window, uint32_t *code)
{
	static const uint32_t codes[] = {
		[12] = HISI_ZIP_WIN_4K, [13] = HISI_ZIP_WIN_8K,
		[14] = HISI_ZIP_WIN_16K, [15] = HISI_ZIP_WIN_32K,
	};

	if (api < 3) {
		*code = 0;
		return window == ZIP_WINDOW_MAX;
	}
	if (window < 12)
		return false;
	*code = codes[window];
	return true;
}

/*
 * Can an engine of this version do it? Silicon has no level, no choice of Huffman
 * codes, no checksum of raw DEFLATE (datasheet 10) and, before v3, no raw DEFLATE:
 * there a zlib request without its header is one, but for its trailer (3.6).
 */
static void
engine_template(const struct uacce_dev *dev, const struct xform_params *p,
		struct uacce_zip_xform *x)
{
	bool raw = uacce_zip_engine_raw(dev);
	uint32_t type = dev->api_ver >= 3 ? HISI_ZIP_SQE_TYPE3 : HISI_ZIP_SQE_TYPE0;
	uint32_t window = HISI_ZIP_WIN_32K;
	struct hisi_zip_sqe *sqe = &x->engine;

	if (p->algo != RTE_COMP_ALGO_DEFLATE || p->chksum != RTE_COMP_CHECKSUM_NONE ||
	    p->dict_len != 0)
		return;
	if (!p->compress && !raw)
		return;
	if (p->compress && (p->level == RTE_COMP_LEVEL_NONE ||
			    p->huffman == RTE_COMP_HUFFMAN_FIXED ||
			    !engine_window(dev->api_ver, p->window, &window)))
		return;
	if (!raw && !uacce_dev_has_alg(dev, "zlib"))
		return;

	x->engine_ok = true;
	x->tag_dw13 = type == HISI_ZIP_SQE_TYPE0;
	if (!raw)
		x->trim = 4;	/* the Adler-32 */
	/* finish and new as UADK sends them; stateless ignores both (3.5) */
	sqe->dw7 = type << HISI_ZIP_DW7_TYPE_SHIFT |
		HISI_ZIP_DW7_FLUSH_FINISH | HISI_ZIP_DW7_STREAM_NEW;
	sqe->dw9 = (raw ? HISI_ZIP_REQ_DEFLATE : HISI_ZIP_REQ_ZLIB) |
		window << HISI_ZIP_DW9_WIN_SHIFT;
}

/* Request, level, window and what is the algorithm's own. */
static void
soft_algorithm(const struct xform_params *p, struct hisi_zip_sqe *sqe)
{
	static const uint32_t huffman[] = {
		[RTE_COMP_HUFFMAN_DEFAULT] = HISI_ZIP_EXT_HUFF_ANY,
		[RTE_COMP_HUFFMAN_FIXED] = HISI_ZIP_EXT_HUFF_FIXED,
		[RTE_COMP_HUFFMAN_DYNAMIC] = HISI_ZIP_EXT_HUFF_DYNAMIC,
	};
	uint32_t level = p->level == RTE_COMP_LEVEL_PMD_DEFAULT ?
		ZIP_DEFAULT_LEVEL : p->level;
	uint32_t window = (uint32_t)p->window << HISI_ZIP_EXT_WIN_SHIFT;

	if (p->algo == RTE_COMP_ALGO_NULL) {
		sqe->dw9 = HISI_ZIP_REQ_EXT_COPY;
		sqe->priv_info |= ZIP_WINDOW_MAX << HISI_ZIP_EXT_WIN_SHIFT;
	} else if (is_lz4(p)) {
		sqe->dw9 = HISI_ZIP_REQ_LZ4;
		sqe->priv_info |= level;
		if (p->window <= ZIP_WINDOW_MAX)
			sqe->priv_info |= window;
		sqe->lba_l |= p->lz4_flags;
	} else {
		sqe->dw9 = HISI_ZIP_REQ_DEFLATE | HISI_ZIP_WIN_32K << HISI_ZIP_DW9_WIN_SHIFT;
		sqe->priv_info |= HISI_ZIP_EXT_PARTIAL | level | window |
			huffman[p->huffman] << HISI_ZIP_EXT_HUFF_SHIFT;
	}
}

static void
soft_template(const struct xform_params *p, struct uacce_zip_xform *x)
{
	struct hisi_zip_sqe *sqe = &x->soft;

	sqe->status = HISI_ZIP_STATUS_EXT_PENDING;
	sqe->dw7 = HISI_ZIP_SQE_TYPE3 << HISI_ZIP_DW7_TYPE_SHIFT |
		HISI_ZIP_DW7_FLUSH_FINISH | HISI_ZIP_DW7_STREAM_NEW;
	sqe->priv_info = HISI_ZIP_EXT_MAGIC;
	soft_algorithm(p, sqe);
	if (p->chksum == RTE_COMP_CHECKSUM_CRC32 ||
	    p->chksum == RTE_COMP_CHECKSUM_CRC32_ADLER32)
		sqe->priv_info |= HISI_ZIP_EXT_CRC32;
	if (p->chksum == RTE_COMP_CHECKSUM_ADLER32 ||
	    p->chksum == RTE_COMP_CHECKSUM_CRC32_ADLER32)
		sqe->priv_info |= HISI_ZIP_EXT_ADLER32;
	if ((int)p->chksum == ZIP_CHKSUM_XXH32)
		sqe->lba_l |= HISI_ZIP_EXT2_XXH32;
	/* stateless, the history is the same before each op; the device returns this word */
	if ((int)p->chksum == ZIP_CHKSUM_UDC)
		sqe->dif_l = uacce_zip_udc(x->dict, x->dict_len, x->window);
	sqe->lba_l |= x->dict_len << HISI_ZIP_EXT2_DICT_SHIFT;
	sqe->literals_addr_l = (uint32_t)(uintptr_t)x->dict;
	sqe->literals_addr_h = (uint32_t)((uint64_t)(uintptr_t)x->dict >> 32);
}

/* A copy of as much of the dictionary as the window reaches. */
static int
dict_copy(const struct xform_params *p, int socket_id, struct uacce_zip_xform *x)
{
	uint32_t len;

	if (p->dict_len == 0)
		return 0;
	/* 32 KiB at most */
	len = RTE_MIN(p->dict_len, 1u << p->window);
	x->dict = rte_malloc_socket("uacce_zip_dict", len, 0, socket_id);
	if (x->dict == NULL) {
		ZIP_LOG(ERR, "no memory for a dictionary of %u bytes", len);
		return -ENOMEM;
	}
	memcpy(x->dict, p->dict + p->dict_len - len, len);
	x->dict_len = len;
	return 0;
}

void
uacce_zip_xform_fini(struct uacce_zip_xform *x)
{
	rte_free(x->dict);
	x->dict = NULL;
}

int
uacce_zip_xform_init(struct uacce_zip_device *zip, const struct rte_comp_xform *xform,
		     struct uacce_zip_xform *x)
{
	struct xform_params p;
	int ret;

	ret = params_read(xform, &p);
	if (ret == 0)
		ret = params_check(&p);
	if (ret != 0)
		return ret;
	memset(x, 0, sizeof(*x));
	x->compress = p.compress;
	x->stateless = p.algo != RTE_COMP_ALGO_DEFLATE;
	x->chksum = p.chksum;
	x->stored = p.level == RTE_COMP_LEVEL_NONE;
	x->window = p.window;
	x->soft_ok = zip->soft_lane;
	/* all engines of a device are of one version: see uacce_zip_engines_open() */
	if (zip->nb_engines != 0)
		engine_template(&zip->engines[0].dev, &p, x);
	if (!x->engine_ok && !x->soft_ok) {
		ZIP_LOG(ERR, "%s (%s) cannot do this xform and fallback=off",
			zip->engines[0].dev.name, zip->engines[0].dev.api);
		return -ENOTSUP;
	}
	ret = dict_copy(&p, zip->cdev->data->socket_id, x);
	if (ret == 0 && zip->soft.backend != NULL)
		soft_template(&p, x);
	return ret;
}

int
uacce_zip_xform_create(struct rte_compressdev *cdev,
		       const struct rte_comp_xform *xform, void **private_xform)
{
	struct uacce_zip_xform *x;
	int ret;

	if (!uacce_zip_is_mine(cdev))
		return -EPERM;
	x = rte_malloc_socket("uacce_zip_xform", sizeof(*x), RTE_CACHE_LINE_SIZE,
			      cdev->data->socket_id);
	if (x == NULL) {
		ZIP_LOG(ERR, "no memory for an xform");
		return -ENOMEM;
	}
	ret = uacce_zip_xform_init(cdev->data->dev_private, xform, x);
	if (ret != 0) {
		rte_free(x);
		return ret;
	}
	*private_xform = x;
	return 0;
}

int
uacce_zip_xform_free(struct rte_compressdev *cdev, void *private_xform)
{
	/* a child of fork() shares it with us */
	if (!uacce_zip_is_mine(cdev))
		return -EPERM;
	if (private_xform == NULL)
		return -EINVAL;
	uacce_zip_xform_fini(private_xform);
	rte_free(private_xform);
	return 0;
}
