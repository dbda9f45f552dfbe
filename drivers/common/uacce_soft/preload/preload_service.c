/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * A thread that sees to what happens elsewhere: last closes by other calls than close()
 * and in other processes, ioctls of forked children, the control socket, and devices that
 * are to go after so many doorbells.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <hisi_qm_hw.h>

#include "preload.h"
#include "preload_next.h"
#include "uacce_soft_preload.h"

#define ARG_LEN		sizeof(struct hisi_qm_qp_info)
#define REPLY_MS	10000

struct request {
	unsigned long cmd;
	char arg[ARG_LEN];
};

struct reply {
	int rc;
	char arg[ARG_LEN];
};

static int control_fd = -1;

/* ------------------------------------------------- ioctls of a forked child */

static int
send_request(int fd, const struct request *req, int answer)
{
	char buf[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { (void *)(uintptr_t)req, sizeof(*req) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = buf,
		.msg_controllen = sizeof(buf) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &answer, sizeof(int));
	return sendmsg(fd, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof(*req) ? 0 : -ENXIO;
}

int
pl_foreign_ioctl(int fd, unsigned long cmd, void *arg)
{
	size_t len = pl_ioctl_len(cmd);
	struct request req = { .cmd = cmd };
	struct reply rep;
	struct pollfd p;
	int pair[2];
	int rc;

	if (len != 0 && pl_copy_user(req.arg, arg, len, true) != 0)
		return -EFAULT;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	rc = send_request(fd, &req, pair[1]);
	NEXT(close)(pair[1]);
	p = (struct pollfd){ .fd = pair[0], .events = POLLIN };
	/* a parent that is gone hangs up */
	if (rc == 0 && (NEXT(poll)(&p, 1, REPLY_MS) != 1 ||
			recv(pair[0], &rep, sizeof(rep), 0) != (ssize_t)sizeof(rep)))
		rc = -ENXIO;
	NEXT(close)(pair[0]);
	if (rc == 0)
		rc = rep.rc;
	if (rc == 0 && len != 0)
		rc = pl_copy_user(rep.arg, arg, len, false);
	return rc;
}

static void
serve_request(struct pl_file *f)
{
	char buf[CMSG_SPACE(sizeof(int))];
	struct request req;
	struct reply rep = { 0 };
	struct iovec iov = { &req, sizeof(req) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = buf,
		.msg_controllen = sizeof(buf) };
	ssize_t n = recvmsg(f->peer, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	int answer;

	/* anything else is what a program wrote to the node */
	if (c == NULL || c->cmsg_type != SCM_RIGHTS)
		return;
	memcpy(&answer, CMSG_DATA(c), sizeof(int));
	if (n == (ssize_t)sizeof(req)) {
		rep.rc = pl_file_ioctl(f, req.cmd, req.arg);
		memcpy(rep.arg, req.arg, ARG_LEN);
		if (send(answer, &rep, sizeof(rep), MSG_NOSIGNAL) < 0)
			rep.rc = 0;
	}
	NEXT(close)(answer);
}

/* ------------------------------------------------- devices come and go */

int
pl_unplug(struct pl_dev *d)
{
	if (d->gone)
		return -ENODEV;
	d->gone = true;
	if (pl_tree_show(d, false) != 0)
		pl_message("%s: its entries stay: %s", d->name, strerror(errno));
	for (unsigned int i = 0; i < atomic_load(&pl.files_end); i++) {
		struct pl_file *f = &pl.files[i];

		if (!f->used || f->dev != d || f->zombie || f->foreign)
			continue;
		/* who sees the fault finds no engine at work any more */
		uacce_soft_close(f->q);
		pl_file_zap(f);
		for (unsigned int r = 0; r < UACCE_REGION_NB; r++)
			if (f->map[r].addr != NULL)
				uacce_soft_unmap(f->q, r, f->map[r].dev, f->map[r].len);
		f->zombie = true;
	}
	return 0;
}

static int
isolate(struct pl_dev *d, uint32_t isolated)
{
	if (isolated > 1)
		return -EINVAL;
	d->isolated = isolated;
	return 0;
}

static int
plug(struct pl_dev *d)
{
	if (!d->gone)
		return -EEXIST;
	d->gone = false;
	return pl_tree_show(d, true) == 0 ? 0 : -errno;
}

static int
stop_words(struct pl_dev *d, uint32_t tx, uint32_t rx)
{
	for (unsigned int i = 0; i < atomic_load(&pl.files_end); i++)
		if (pl.files[i].used && pl.files[i].dev == d && pl.files[i].q != NULL &&
		    !pl.files[i].zombie)
			uacce_soft_stop_words(pl.files[i].q, tx, rx);
	return 0;
}

enum verb { VERB_FAULT, VERB_UNPLUG, VERB_PLUG, VERB_STOP, VERB_ISOLATE, VERB_NB };

static int
act(enum verb verb, unsigned int id, const char *spec, uint32_t a, uint32_t b)
{
	struct uacce_soft *soft;
	struct pl_dev *d = NULL;
	sigset_t mask;
	int rc;

	pl_start();
	pl_lock(&mask);
	for (unsigned int i = 0; i < pl.nb_devs; i++)
		if (pl.devs[i].id == id && !pl.devs[i].impossible)
			d = &pl.devs[i];
	if (d == NULL) {
		rc = -ENODEV;
	} else if (verb == VERB_FAULT) {
		soft = pl_dev_soft(d);
		rc = soft != NULL ? uacce_soft_fault(soft, spec) : -errno;
	} else if (verb == VERB_UNPLUG) {
		rc = pl_unplug(d);
	} else if (verb == VERB_PLUG) {
		rc = plug(d);
	} else if (verb == VERB_STOP) {
		rc = stop_words(d, a, b);
	} else {
		rc = isolate(d, a);
	}
	pl_unlock(&mask);
	return rc;
}

int
uacce_soft_preload_fault(unsigned int dev, const char *spec)
{
	return act(VERB_FAULT, dev, spec, 0, 0);
}

int
uacce_soft_preload_unplug(unsigned int dev)
{
	return act(VERB_UNPLUG, dev, "", 0, 0);
}

int
uacce_soft_preload_plug(unsigned int dev)
{
	return act(VERB_PLUG, dev, "", 0, 0);
}

int
uacce_soft_preload_stop_words(unsigned int dev, uint32_t tx, uint32_t rx)
{
	return act(VERB_STOP, dev, "", tx, rx);
}

int
uacce_soft_preload_isolate(unsigned int dev, unsigned int isolated)
{
	return act(VERB_ISOLATE, dev, "", isolated, 0);
}

int
uacce_soft_preload_stats(int fd, struct uacce_soft_preload_stats *stats)
{
	struct uacce_soft_stats s;
	struct pl_file *f;
	sigset_t mask;

	pl_lock(&mask);
	f = pl_file_find(fd);
	if (f != NULL && f->q != NULL)
		uacce_soft_stats(f->q, &s);
	else
		f = NULL;
	pl_unlock(&mask);
	if (f == NULL)
		return -EBADF;
	*stats = (struct uacce_soft_preload_stats){ .requests = s.requests,
		.completions = s.completions, .doorbells = s.doorbells };
	for (int i = 0; i < UACCE_SOFT_MISTAKE_NB; i++)
		stats->mistakes += s.mistakes[i];
	return 0;
}

/* ------------------------------------------------- the control socket */

static int
command(char *text)
{
	static const char * const verbs[VERB_NB] = {
		[VERB_FAULT] = "fault", [VERB_UNPLUG] = "unplug", [VERB_PLUG] = "plug",
		[VERB_STOP] = "stop", [VERB_ISOLATE] = "isolate",
	};
	char verb[16] = "", word[1024] = "";
	unsigned int id = 0, v;
	uint32_t a, b = 0;

	if (sscanf(text, "%15s %u %1023s %u", verb, &id, word, &b) < 2)
		return -EINVAL;
	a = (uint32_t)strtoul(word, NULL, 0);
	for (v = 0; v < VERB_NB; v++)
		if (strcmp(verb, verbs[v]) == 0)
			return act(v, id, word, a, b);
	return -EINVAL;
}

static void
serve_control(void)
{
	struct sockaddr_un from;
	socklen_t from_len = sizeof(from);
	char text[2048];
	ssize_t n;
	int rc;

	n = recvfrom(control_fd, text, sizeof(text) - 1, MSG_DONTWAIT, &from, &from_len);
	if (n < 0)
		return;
	text[n] = '\0';
	rc = command(text);
	n = snprintf(text, sizeof(text), "%s\n", rc == 0 ? "ok" : strerror(-rc));
	/* who has no name gets no answer */
	if (from_len > sizeof(sa_family_t) &&
	    sendto(control_fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT, &from, from_len) < 0)
		return;
}

/* It may be a leftover, or a file that somebody needs. */
static void
control_unlink(void)
{
	struct stat st;

	if (NEXT(lstat)(pl.control, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(pl.control);
}

static void
control_start(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (pl.control == NULL)
		return;
	if (strlen(pl.control) >= sizeof(sun.sun_path)) {
		pl_message("%s: too long for a socket", pl.control);
		return;
	}
	strcpy(sun.sun_path, pl.control);
	control_unlink();
	control_fd = pl_fd_high(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	if (bind(control_fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return;
	pl_message("%s: %s", pl.control, strerror(errno));
	NEXT(close)(control_fd);
	control_fd = -1;
}

/* ------------------------------------------------- the thread */

static void
serve_files(const struct pollfd *p, nfds_t nb)
{
	sigset_t mask;

	pl_lock(&mask);
	for (unsigned int i = 0; i < atomic_load(&pl.files_end); i++) {
		struct pl_file *f = &pl.files[i];

		/* the list is older than the lock */
		for (nfds_t k = 2; k < nb && f->used && f->peer >= 0; k++) {
			if (p[k].fd != f->peer || p[k].revents == 0)
				continue;
			if (p[k].revents & POLLIN)
				serve_request(f);
			pl_file_check(f);
		}
	}
	for (unsigned int i = 0; i < pl.nb_devs; i++) {
		struct pl_dev *d = &pl.devs[i];

		if (d->unplug_after != 0 && atomic_load(&d->doorbells) >= d->unplug_after) {
			d->unplug_after = 0;
			pl_unplug(d);
		}
	}
	pl_unlock(&mask);
}

static nfds_t
list_files(struct pollfd *p)
{
	nfds_t n = 0;
	sigset_t mask;

	pl_lock(&mask);
	p[n++] = (struct pollfd){ .fd = pl.wake_fd, .events = POLLIN };
	p[n++] = (struct pollfd){ .fd = control_fd, .events = POLLIN };
	for (unsigned int i = 0; i < atomic_load(&pl.files_end); i++)
		if (pl.files[i].used && pl.files[i].peer >= 0)
			p[n++] = (struct pollfd){ .fd = pl.files[i].peer, .events = POLLIN };
	pl_unlock(&mask);
	return n;
}

static void *
service_main(void *arg)
{
	static struct pollfd p[PL_MAX_FILES + 2];
	uint64_t count;
	nfds_t n;

	pthread_setname_np(pthread_self(), "uacce-service");
	for (;;) {
		n = list_files(p);
		if (NEXT(poll)(p, n, -1) <= 0)
			continue;
		if (p[0].revents != 0 && read(p[0].fd, &count, sizeof(count)) < 0)
			return arg;
		if (p[1].revents != 0)
			serve_control();
		serve_files(p, n);
	}
}

int
pl_service_start(void)
{
	pthread_t thread;
	int rc;

	if (pl.wake_fd >= 0)
		return 0;
	if (!pl_zap_start())
		return -1;
	pl.wake_fd = pl_fd_high(eventfd(0, EFD_CLOEXEC));
	if (pl.wake_fd < 0)
		return -1;
	control_start();
	rc = pthread_create(&thread, NULL, service_main, NULL);
	if (rc != 0) {
		NEXT(close)(pl.wake_fd);
		pl.wake_fd = -1;
		return pl_fail(rc);
	}
	pthread_detach(thread);
	return 0;
}

void
pl_service_end(void)
{
	if (control_fd >= 0 && pl.pid == getpid())
		control_unlink();
}

/* In a child: what is said to the parent is not for it to read. */
void
pl_service_forget(void)
{
	if (pl.wake_fd >= 0)
		NEXT(close)(pl.wake_fd);
	if (control_fd >= 0)
		NEXT(close)(control_fd);
	pl.wake_fd = -1;
	control_fd = -1;
	pl.control = NULL;
}

/* Also called by the handler. */
void
pl_service_wake(void)
{
	uint64_t one = 1;

	if (pl.wake_fd >= 0 && write(pl.wake_fd, &one, sizeof(one)) < 0)
		return;
}
