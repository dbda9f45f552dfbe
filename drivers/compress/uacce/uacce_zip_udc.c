/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Checksum of 3GPP's uplink data compression (TS 38.323, 5.14 and B.2.2.3): four bits that
 * tell whether both sides have the same history.
 */

#include "uacce_zip_stream.h"

uint32_t
uacce_zip_udc(const uint8_t *history, uint32_t len, uint8_t window)
{
	uint32_t size = 1u << window, sum = 0;

	/* of the buffer's first and last four bytes; it ends with the history, 0 precedes it */
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t from_end = i < 4 ? size - i : 8 - i;
		uint8_t byte = from_end <= len ? history[len - from_end] : 0;

		sum += (byte >> 4) + (byte & 0xf);
	}
	return ~sum & 0xf;
}

bool
uacce_zip_stream_udc(struct uacce_zip_stream *s)
{
	const uint8_t *window = s->ctx + HISI_ZIP_CTX_HW + HISI_ZIP_CTX_WINDOW;
	uint32_t len = RTE_MIN(s->ctx_dw2 & HISI_ZIP_CTX2_WINDOW_MASK, HISI_ZIP_CTX_WINDOW_MAX);

	if (s->goes_on)
		return true;
	if (s->first)
		s->crc = uacce_zip_udc(s->x.dict, s->x.dict_len, s->x.window);
	else
		s->crc = uacce_zip_udc(window, s->fresh ? 0 : len, s->x.window);
	return s->x.compress || s->op->input_chksum == s->crc;
}
