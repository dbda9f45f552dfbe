/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

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
};

static int
params_read(const struct rte_comp_xform *xform, struct xform_params *p)
{
	if (xform->type == RTE_COMP_COMPRESS) {
		const struct rte_comp_compress_xform *c = &xform->compress;

		*p = (struct xform_params){
			.compress = true,
			.algo = c->algo,
			.huffman = c->deflate.huffman,
			.level = c->level,
			.window = c->window_size,
			.chksum = c->chksum,
			.hash = c->hash_algo,
		};
		return 0;
	}
	if (xform->type == RTE_COMP_DECOMPRESS) {
		const struct rte_comp_decompress_xform *d = &xform->decompress;

		*p = (struct xform_params){
			.algo = d->algo,
			.level = RTE_COMP_LEVEL_PMD_DEFAULT,
			.window = d->window_size,
			.chksum = d->chksum,
			.hash = d->hash_algo,
		};
		return 0;
	}
	ZIP_LOG(ERR, "xform type %d is neither compress nor decompress", xform->type);
	return -EINVAL;
}

/* What no lane can do is refused here, never ignored. */
static int
params_check(const struct xform_params *p)
{
	if (p->algo != RTE_COMP_ALGO_DEFLATE && p->algo != RTE_COMP_ALGO_NULL) {
		ZIP_LOG(ERR, "algorithm %d is not supported: DEFLATE and NULL are", p->algo);
		return -ENOTSUP;
	}
	if (p->hash != RTE_COMP_HASH_ALGO_NONE) {
		ZIP_LOG(ERR, "hash algorithm %d is not supported: none is", p->hash);
		return -ENOTSUP;
	}
	if ((int)p->chksum < RTE_COMP_CHECKSUM_NONE ||
	    p->chksum > RTE_COMP_CHECKSUM_CRC32_ADLER32) {
		ZIP_LOG(ERR, "checksum type %d is not supported: CRC-32, Adler-32 and both are",
			p->chksum);
		return -ENOTSUP;
	}
	if (p->algo == RTE_COMP_ALGO_NULL)
		return 0;
	if (p->level < RTE_COMP_LEVEL_PMD_DEFAULT || p->level > RTE_COMP_LEVEL_MAX) {
		ZIP_LOG(ERR, "level %d is not -1 .. 9", p->level);
		return -EINVAL;
	}
	if (p->window < ZIP_WINDOW_MIN || p->window > ZIP_WINDOW_MAX) {
		ZIP_LOG(ERR, "window size %u is not 8 .. 15", p->window);
		return -ENOTSUP;
	}
	if ((int)p->huffman < RTE_COMP_HUFFMAN_DEFAULT ||
	    p->huffman > RTE_COMP_HUFFMAN_DYNAMIC) {
		ZIP_LOG(ERR, "Huffman type %d is not supported", p->huffman);
		return -ENOTSUP;
	}
	return 0;
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
	bool raw = uacce_dev_has_alg(dev, "deflate") && dev->api_ver >= 3;
	uint32_t type = dev->api_ver >= 3 ? HISI_ZIP_SQE_TYPE3 : HISI_ZIP_SQE_TYPE0;
	uint32_t window = HISI_ZIP_WIN_32K;
	struct hisi_zip_sqe *sqe = &x->engine;

	if (p->algo != RTE_COMP_ALGO_DEFLATE || p->chksum != RTE_COMP_CHECKSUM_NONE)
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

static void
soft_template(const struct xform_params *p, struct uacce_zip_xform *x)
{
	int level = p->level == RTE_COMP_LEVEL_PMD_DEFAULT ?
		ZIP_DEFAULT_LEVEL : p->level;
	static const uint32_t huffman[] = {
		[RTE_COMP_HUFFMAN_DEFAULT] = HISI_ZIP_EXT_HUFF_ANY,
		[RTE_COMP_HUFFMAN_FIXED] = HISI_ZIP_EXT_HUFF_FIXED,
		[RTE_COMP_HUFFMAN_DYNAMIC] = HISI_ZIP_EXT_HUFF_DYNAMIC,
	};
	bool null = p->algo == RTE_COMP_ALGO_NULL;
	struct hisi_zip_sqe *sqe = &x->soft;

	sqe->status = HISI_ZIP_STATUS_EXT_PENDING;
	sqe->dw7 = HISI_ZIP_SQE_TYPE3 << HISI_ZIP_DW7_TYPE_SHIFT |
		HISI_ZIP_DW7_FLUSH_FINISH | HISI_ZIP_DW7_STREAM_NEW;
	sqe->dw9 = null ? HISI_ZIP_REQ_EXT_COPY :
		HISI_ZIP_REQ_DEFLATE | HISI_ZIP_WIN_32K << HISI_ZIP_DW9_WIN_SHIFT;
	sqe->priv_info = HISI_ZIP_EXT_MAGIC;
	if (null)
		sqe->priv_info |= ZIP_WINDOW_MAX << HISI_ZIP_EXT_WIN_SHIFT;
	else
		sqe->priv_info |= (uint32_t)level |
			huffman[p->huffman] << HISI_ZIP_EXT_HUFF_SHIFT |
			(uint32_t)p->window << HISI_ZIP_EXT_WIN_SHIFT;
	if (p->chksum == RTE_COMP_CHECKSUM_CRC32 ||
	    p->chksum == RTE_COMP_CHECKSUM_CRC32_ADLER32)
		sqe->priv_info |= HISI_ZIP_EXT_CRC32;
	if (p->chksum == RTE_COMP_CHECKSUM_ADLER32 ||
	    p->chksum == RTE_COMP_CHECKSUM_CRC32_ADLER32)
		sqe->priv_info |= HISI_ZIP_EXT_ADLER32;
}

int
uacce_zip_xform_create(struct rte_compressdev *cdev,
		       const struct rte_comp_xform *xform, void **private_xform)
{
	struct uacce_zip_device *zip = cdev->data->dev_private;
	struct uacce_zip_xform *x;
	struct xform_params p;
	int ret;

	ret = params_read(xform, &p);
	if (ret == 0)
		ret = params_check(&p);
	if (ret != 0)
		return ret;
	x = rte_zmalloc_socket("uacce_zip_xform", sizeof(*x), RTE_CACHE_LINE_SIZE,
			       cdev->data->socket_id);
	if (x == NULL) {
		ZIP_LOG(ERR, "no memory for an xform");
		return -ENOMEM;
	}
	x->compress = p.compress;
	x->chksum = p.chksum;
	x->soft_ok = zip->soft.backend != NULL;
	if (x->soft_ok)
		soft_template(&p, x);
	/* all engines of a device are of one version: see uacce_zip_engines_open() */
	if (zip->nb_engines != 0)
		engine_template(&zip->engines[0].dev, &p, x);
	if (!x->engine_ok && !x->soft_ok) {
		ZIP_LOG(ERR, "%s (%s) cannot do this xform and fallback=off",
			zip->engines[0].dev.name, zip->engines[0].dev.api);
		rte_free(x);
		return -ENOTSUP;
	}
	*private_xform = x;
	return 0;
}

int
uacce_zip_xform_free(struct rte_compressdev *cdev, void *private_xform)
{
	RTE_SET_USED(cdev);
	if (private_xform == NULL)
		return -EINVAL;
	rte_free(private_xform);
	return 0;
}
