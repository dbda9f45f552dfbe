/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* From the definitions, not from the libraries that drivers use. */

#include "conf_ref.h"

/* RFC 1952, 8: the polynomial 0xedb88320, bits reflected. */
uint32_t
conf_crc32(uint32_t start, const uint8_t *data, size_t len)
{
	static uint32_t table[256];
	uint32_t crc = ~start;

	for (uint32_t i = 0; table[255] == 0 && i < RTE_DIM(table); i++) {
		uint32_t r = i;

		for (unsigned int bit = 0; bit < 8; bit++)
			r = r >> 1 ^ (r & 1 ? 0xedb88320 : 0);
		table[i] = r;
	}
	for (size_t i = 0; i < len; i++)
		crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff];
	return ~crc;
}

/* RFC 1950, 8.2 */
uint32_t
conf_adler32(uint32_t start, const uint8_t *data, size_t len)
{
	uint32_t a = start & 0xffff, b = start >> 16;

	for (size_t i = 0; i < len; i++) {
		a = (a + data[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static uint32_t
rotate(uint32_t v, unsigned int by)
{
	return v << by | v >> (32 - by);
}

static uint32_t
little32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

/* xxHash's specification, XXH32, with seed 0. */
uint32_t
conf_xxh32(const uint8_t *data, size_t len)
{
	const uint32_t p1 = 2654435761u, p2 = 2246822519u, p3 = 3266489917u;
	const uint32_t p4 = 668265263u, p5 = 374761393u;
	uint32_t lane[4] = { p1 + p2, p2, 0, 0 - p1 };
	uint32_t h = p5;
	size_t i = 0;

	for (; i + 16 <= len; i += 16)
		for (unsigned int l = 0; l < 4; l++)
			lane[l] = rotate(lane[l] + little32(data + i + 4 * l) * p2, 13) * p1;
	if (len >= 16)
		h = rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) +
			rotate(lane[3], 18);
	h += (uint32_t)len;
	for (; i + 4 <= len; i += 4)
		h = rotate(h + little32(data + i) * p3, 17) * p4;
	for (; i < len; i++)
		h = rotate(h + data[i] * p5, 11) * p1;
	h = (h ^ h >> 15) * p2;
	h = (h ^ h >> 13) * p3;
	return h ^ h >> 16;
}

/* An Adler-32 begins with 1; 0 is what an op holds that names no start value. */
static uint32_t
adler_start(uint32_t start)
{
	return start == 0 ? 1 : start;
}

uint64_t
conf_chksum(int32_t type, uint64_t start, const uint8_t *data, size_t len)
{
	switch (type) {
	case RTE_COMP_CHECKSUM_CRC32:
		return conf_crc32((uint32_t)start, data, len);
	case RTE_COMP_CHECKSUM_ADLER32:
		return conf_adler32(adler_start((uint32_t)start), data, len);
	case RTE_COMP_CHECKSUM_CRC32_ADLER32:
		return conf_crc32((uint32_t)start, data, len) |
			(uint64_t)conf_adler32(adler_start(start >> 32), data, len) << 32;
#ifdef RTE_COMP_FF_XXHASH32_CHECKSUM
	case RTE_COMP_CHECKSUM_XXHASH32:
		return conf_xxh32(data, len);
#endif
	default:
		return 0;
	}
}
