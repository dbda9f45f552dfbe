/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Asks the kernel what it does with a queue: each answer is one case. Also a client that
 * does nothing but hold queues.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "probe.h"

void
probe_case(const char *name, bool passed)
{
	printf("@@ abi:%s %d\n", name, passed ? 0 : 1);
	fflush(stdout);
}

/* Kernels before 6.3 have uacce as it was before the isolate attributes. */
static bool
old_uacce(void)
{
	return probe_attr("isolate") < 0;
}

static int
ioctl_errno(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? errno : 0;
}

static void
check_maps(void)
{
	size_t dus = (size_t)probe_attr("region_dus_size");
	size_t mmio = (size_t)probe_attr("region_mmio_size");
	struct client c;
	uint8_t *p;
	int err;

	client_open(&c);
	probe_case("dus-too-short", client_map(&c, UACCE_REGION_DUS, dus - 4096, &p) == EINVAL);
	probe_case("dus-too-long", client_map(&c, UACCE_REGION_DUS, dus + 4096, &p) == EINVAL);
	probe_case("mmio-too-long", client_map(&c, UACCE_REGION_MMIO, mmio + 4096, &p) == EINVAL);
	probe_case("region-2", client_map(&c, 2, 4096, &p) == EINVAL);
	probe_case("map-dus", client_map(&c, UACCE_REGION_DUS, dus, &c.dus) == 0);
	probe_case("map-dus-twice", client_map(&c, UACCE_REGION_DUS, dus, &p) == EEXIST);
	probe_case("map-mmio-part", client_map(&c, UACCE_REGION_MMIO, 8192, &c.mmio) == 0);
	probe_case("map-mmio-twice", client_map(&c, UACCE_REGION_MMIO, mmio, &p) == EEXIST);
	probe_case("mremap-grow", mremap(c.dus, dus, dus + 4096, 0) == MAP_FAILED &&
		   errno == EFAULT);
	munmap(c.dus, dus);
	err = client_map(&c, UACCE_REGION_DUS, dus, &c.dus);
	probe_case("map-dus-again", err == (old_uacce() ? EEXIST : 0));
	if (err != 0)
		c.dus = NULL;
	munmap(c.mmio, 8192);
	c.mmio = NULL;
	client_close(&c);
}

/* Not on old kernels: there the next munmap() may free what is free. */
static void
check_moved_and_cut(void)
{
	size_t dus = (size_t)probe_attr("region_dus_size");
	uint8_t *to = mmap(NULL, dus, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct client c;

	if (old_uacce())
		return;
	client_open(&c);
	client_map(&c, UACCE_REGION_DUS, dus, &c.dus);
	probe_case("mremap-move", mremap(c.dus, dus, dus, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
		   MAP_FAILED && errno == EPERM);
	client_close(&c);
	munmap(to, dus);
	probe_case("munmap-head", probe_rest_rings());
}

static void
check_ioctls(void)
{
	struct hisi_qm_qp_ctx ctx = { .qc_type = 2 };
	struct hisi_qm_qp_info info;
	struct client c;

	client_open(&c);
	probe_case("ioctl-unknown", ioctl_errno(c.fd, _IO('W', 99), NULL) == EINVAL);
	probe_case("ctx-type-2", ioctl_errno(c.fd, HISI_QM_CMD_SET_QP_CTX, &ctx) == EINVAL);
	ctx = (struct hisi_qm_qp_ctx){ .id = 0xffff, .qc_type = 1 };
	probe_case("ctx", ioctl_errno(c.fd, HISI_QM_CMD_SET_QP_CTX, &ctx) == 0 &&
		   ctx.id < 1024);
	probe_case("ctx-efault", ioctl_errno(c.fd, HISI_QM_CMD_SET_QP_CTX, (void *)8) == EFAULT);
	memset(&info, 0xff, sizeof(info));
	probe_case("info", ioctl_errno(c.fd, HISI_QM_CMD_SET_QP_INFO, &info) == 0 &&
		   info.sqe_size == HISI_ZIP_SQE_SIZE && info.sq_depth == 1024 &&
		   info.cq_depth == 1024);
	probe_case("start", ioctl_errno(c.fd, UACCE_CMD_START_Q, NULL) == 0);
	probe_case("start-twice", ioctl_errno(c.fd, UACCE_CMD_START_Q, NULL) == EINVAL);
	probe_case("put", ioctl_errno(c.fd, UACCE_CMD_PUT_Q, NULL) == 0);
	probe_case("put-twice", ioctl_errno(c.fd, UACCE_CMD_PUT_Q, NULL) == 0);
	probe_case("start-after-put", ioctl_errno(c.fd, UACCE_CMD_START_Q, NULL) == 0);
	client_close(&c);
}

/* poll() sees what came since it was last called. */
static void
check_poll(void)
{
	static uint8_t src[4096], dst[4096];
	struct client c;
	struct pollfd p;

	client_start(&c);
	p = (struct pollfd){ .fd = c.fd, .events = POLLIN };
	probe_case("poll-idle", poll(&p, 1, 50) == 0);
	client_cq_doorbell(&c, true);
	client_submit(&c, src, sizeof(src), dst, sizeof(dst));
	probe_case("poll-done", poll(&p, 1, 30000) == 1 && p.revents == POLLIN);
	probe_case("poll-once", poll(&p, 1, 50) == 0);
	client_close(&c);
}

void
probe_calls(void)
{
	long all = probe_attr("available_instances");

	probe_case("flags", probe_attr("flags") == 1);
	probe_case("numa-node", probe_attr("device/numa_node") >= 0);
	check_maps();
	check_moved_and_cut();
	check_ioctls();
	check_poll();
	probe_case("all-free", probe_attr("available_instances") == all);
}

/* Holds nb queues; *open_error: why there are no more. */
static unsigned int
take(unsigned int nb, int *open_error)
{
	struct client c;
	unsigned int n = 0;

	*open_error = 0;
	while (n < nb && (*open_error = client_open(&c)) == 0)
		n++;
	return n;
}

static void
hold(const char *nb)
{
	int err;
	unsigned int n = take((unsigned int)strtoul(nb, NULL, 0), &err);

	printf("holding %u: %s\n", n, strerror(err));
	fflush(stdout);
	pause();
}

static void
flight(const char *nb)
{
	static uint8_t src[65536], dst[1000][1024];
	unsigned int i, n = (unsigned int)strtoul(nb, NULL, 0) % 1000;
	struct client c;

	client_start(&c);
	for (i = 0; i < n; i++)
		client_submit(&c, src, sizeof(src), dst[i], sizeof(dst[i]));
	printf("in flight: %u\n", n);
	fflush(stdout);
	pause();
}

/* A file of up to 8 MiB becomes a gzip file: the header is software's. */
static int
compress_file(const char *from, const char *to)
{
	static const uint8_t header[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	static uint8_t src[HISI_ZIP_MAX_LEN], dst[HISI_ZIP_MAX_LEN];
	struct hisi_zip_sqe *sqe;
	struct client c;
	size_t n, done;
	FILE *f;

	f = fopen(from, "rb");
	n = f != NULL ? fread(src, 1, sizeof(src), f) : 0;
	if (f != NULL)
		fclose(f);
	client_start(&c);
	sqe = (struct hisi_zip_sqe *)(void *)c.dus;
	if (n == 0 || client_request(&c, src, (uint32_t)n, dst, sizeof(dst)) != 0 ||
	    sqe->consumed != n || (f = fopen(to, "wb")) == NULL)
		return 1;
	done = fwrite(header, 1, sizeof(header), f) + fwrite(dst, 1, sqe->produced, f);
	return fclose(f) == 0 && done == sizeof(header) + sqe->produced ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "hold") == 0)
		hold(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "flight") == 0)
		flight(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "noise") == 0)
		probe_noise((unsigned int)strtoul(argv[2], NULL, 0));
	else if (argc == 2 && strcmp(argv[1], "part") == 0)
		probe_part();
	else if (argc == 3 && strcmp(argv[1], "churn") == 0)
		probe_churn((unsigned int)strtoul(argv[2], NULL, 0));
	else if (argc == 3 && strcmp(argv[1], "ring") == 0)
		return probe_ring((unsigned int)strtoul(argv[2], NULL, 0));
	else if (argc == 4 && strcmp(argv[1], "gzip") == 0)
		return compress_file(argv[2], argv[3]);
	else if (argc == 2 && strcmp(argv[1], "abi") == 0) {
		probe_calls();
		probe_memory();
		probe_fork();
		probe_control();
		probe_unbind();
	} else {
		fprintf(stderr, "Usage: probe abi | gzip FROM TO | hold QUEUES | "
			"flight REQUESTS | noise SEED | part | churn REQUESTS | ring SECONDS\n");
		return 2;
	}
	return 0;
}
