// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follows a file of steps as the daemon of cachefiles' on-demand mode and as the readers of the EROFS images that it
 * serves.  As pid 1 it is init; else it has to be root.  This process answers /dev/cachefiles; a child does what can
 * block.  A line is "WHAT-IS-RIGHT STEP"; what a read gives is right, short (less, all of it right) or an errno.
 *   daemon serve | hold | nothing | fail   READs from now on: served, kept, answered without data, or after a failed
 *   daemon prefix N | elsewhere N          write; the first N bytes only are served, or what lies N bytes behind
 *   mount IMAGE [OPTIONS] | umount | drop  images/IMAGE.N.erofs, by a fresh name; drop the page cache
 *   read FILE OFFSET LENGTH PIECE HOW      buffered, sequential, direct or mmap, PIECE at a time
 *   start FILE OFFSET LENGTH PIECE HOW     the same in the background, until its READ is held
 *   wait | waiting | kill SIGNAL           for, or of, what was started last
 *   answer N | complete N                  serve the Nth READ that was held; say that it was served
 *   restart | forget | command TEXT        as another daemon (restore); close all objects; write to /dev/cachefiles
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/cachefiles.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 256
#define ENOUGH 600	/* looks of 5 ms */

struct request { __u32 msg, object; __u64 offset, length; };

static struct object { int fd, blob; } objects[MOST];	/* by id, which are few */
static struct request held[MOST];
static int nheld, device, mounts, child;
static char mode[32] = "serve", image[64], buffer[1 << 20] __attribute__((aligned(4096)));
static __u64 mode_bytes;
static char *said;	/* by the child; shared with it */

/* A step of ours that failed says nothing about the kernel. */
static void die(const char *what)
{
	printf("REPRODUCE: cannot %s: %s\n", what, strerror(errno));
	if (getpid() == 1)
		reboot(RB_AUTOBOOT);
	exit(2);
}

static const char *result(long n)
{
	return n < 0 ? strerrorname_np(errno) : "right";
}

static const char *put(int fd, const char *text)
{
	return result(write(fd, text, strlen(text)));
}

/* The daemon. */

static void close_object(__u32 id)
{
	close(objects[id % MOST].fd);
	close(objects[id % MOST].blob);
	objects[id % MOST] = (struct object){ -1, -1 };
}

static void take_open(const struct cachefiles_msg *msg)
{
	const struct cachefiles_open *o = (const void *)msg->data;
	const char *key = (const char *)o->data + o->volume_key_size;	/* NNN-FILE, see mount_image() */
	char text[512];

	snprintf(text, sizeof(text), "images/%.*s", (int)o->cookie_key_size - 4, key + 4);
	objects[msg->object_id % MOST] = (struct object){ o->fd, open(text, O_RDONLY) };
	snprintf(text, sizeof(text), "copen %u,%ld", msg->msg_id, lseek(objects[msg->object_id % MOST].blob, 0, SEEK_END));
	put(device, text);
}

static void fill(const struct request *r, __u64 behind, __u64 length)
{
	const struct object *o = &objects[r->object % MOST];

	for (__u64 at = r->offset + behind, n; length; at += n, length -= n) {
		n = length < sizeof(buffer) ? length : sizeof(buffer);
		memset(buffer, 0, n);
		if (pread(o->blob, buffer, n, at) < 0 || pwrite(o->fd, buffer, n, at) < 0)
			die("fill the cache");
	}
}

static const char *complete(const struct request *r)
{
	return result(ioctl(objects[r->object % MOST].fd, CACHEFILES_IOC_READ_COMPLETE, r->msg));
}

static void take_read(const struct cachefiles_msg *msg)
{
	const struct cachefiles_read *in = (const void *)msg->data;
	const struct request r = { msg->msg_id, msg->object_id, in->off, in->len };

	if (!strcmp(mode, "serve"))
		fill(&r, 0, r.length);
	else if (!strcmp(mode, "prefix"))
		fill(&r, 0, r.length < mode_bytes ? r.length : mode_bytes);
	else if (!strcmp(mode, "elsewhere"))
		fill(&r, mode_bytes, r.length);
	else if (!strcmp(mode, "fail"))
		(void)!pwrite(objects[r.object % MOST].fd, (void *)4096, r.length, r.offset);
	if (strcmp(mode, "hold"))
		complete(&r);
	else
		held[nheld++ % MOST] = r;
}

/* Takes a request if one comes within `ms`. */
static void serve(int ms)
{
	static char text[CACHEFILES_MSG_MAX_SIZE] __attribute__((aligned(8)));
	const struct cachefiles_msg *msg = (const void *)text;
	struct pollfd p = { .fd = device, .events = POLLIN };

	if (poll(&p, 1, ms) != 1)
		return;
	if (read(device, text, sizeof(text)) <= 0)
		usleep(1000);	/* a READ of an object that has to be opened again first */
	else if (msg->opcode == CACHEFILES_OP_OPEN)
		take_open(msg);
	else if (msg->opcode == CACHEFILES_OP_READ)
		take_read(msg);
	else
		close_object(msg->object_id);
}

/* What a child does. */

static void mount_image(char **word)
{
	char text[512], path[128];
	int n = snprintf(text, sizeof(text), "%s,fsid=%03d-%s.0.erofs", word[2] ? word[2] : "ro", mounts, image);

	for (int i = 1; snprintf(path, sizeof(path), "images/%s.%d.erofs", image, i), !access(path, F_OK); i++)
		n += snprintf(text + n, sizeof(text) - n, ",device=%03d-%s.%d.erofs", mounts, image, i);
	strcpy(said, result(mount("none", "mnt", "erofs", 0, text)));
}

/* Says "right", "short" (less than there is, all of it right), an errno, or what is wrong. */
static void read_piece(int fd, int from, off_t offset, size_t length, const char *how)
{
	char *is = aligned_alloc(4096, (length + 4095) & -4096), *right = malloc(length);
	ssize_t there = pread(from, right, length, offset), n = there;

	memset(is, 0xa5, length);
	if (strcmp(how, "mmap"))
		n = pread(fd, is, length, offset);
	else
		memcpy(is, (char *)mmap(NULL, offset + length, PROT_READ, MAP_SHARED, fd, 0) + offset, there);
	strcpy(said, n >= 0 && n < there ? "short" : result(n));
	if (n > there)
		sprintf(said, "%zd bytes at %lld, right are %zd", n, (long long)offset, there);
	for (ssize_t i = 0; i < n && i < there; i++)
		if (is[i] != right[i]) {
			sprintf(said, "wrong bytes: 0x%02hhx at %lld, right is 0x%02hhx", is[i], (long long)offset + i, right[i]);
			break;
		}
}

static void read_file(char **word)
{
	const off_t begin = atoll(word[2]), end = begin + atoll(word[3]), piece = atoll(word[4]);
	char path[256];
	int fd, from;

	snprintf(path, sizeof(path), "mnt/%s", word[1]);
	fd = open(path, O_RDONLY | (strcmp(word[5], "direct") ? 0 : O_DIRECT));
	strcpy(said, result(fd));
	snprintf(path, sizeof(path), "files/%s/%s", image, word[1]);
	from = open(path, O_RDONLY);
	posix_fadvise(fd, 0, 0, strcmp(word[5], "buffered") ? POSIX_FADV_SEQUENTIAL : POSIX_FADV_RANDOM);
	for (off_t at = begin; at < end && !strcmp(said, "right"); at += piece)
		read_piece(fd, from, at, piece < end - at ? piece : end - at, word[5]);
}

/* Steps. */

static void start(void (*body)(char **), char **word)
{
	said = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child = fork();
	if (child)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int fd = 3; fd < 3 * MOST; fd++)
		close(fd);
	body(word);
	_exit(0);
}

static const char *wait_child(int looks)
{
	int status;

	for (; !waitpid(child, &status, WNOHANG); serve(5))
		if (!looks--)
			return "does not return";
	return WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : said;
}

static const char *wait_held(int want)
{
	for (int looks = ENOUGH; nheld < want && looks; looks--)
		serve(5);
	return nheld < want ? "no READ reached the daemon" : "right";
}

static const char *do_step(char **w, const char *rest)
{
	const struct request *r = &held[w[1] ? (unsigned)(atoi(w[1]) - 1) % MOST : 0];
#define IS(name) !strcmp(w[0], name)

	if (IS("restart") || IS("forget"))
		for (int id = 0; id < MOST; id++)
			close_object(id);
	return	IS("daemon")	? (strcpy(mode, w[1]), mode_bytes = w[2] ? atoll(w[2]) : 0, "right") :
		IS("mount")	? (mounts++, strcpy(image, w[1]), start(mount_image, w), wait_child(ENOUGH)) :
		IS("umount")	? result(umount("mnt")) :
		IS("drop")	? (sync(), put(open("/proc/sys/vm/drop_caches", O_WRONLY), "3")) :
		IS("read")	? (start(read_file, w), wait_child(ENOUGH)) :
		IS("start")	? (start(read_file, w), wait_held(nheld + 1)) :
		IS("kill")	? result(kill(child, atoi(w[1]))) :
		IS("wait")	? wait_child(ENOUGH) :
		IS("waiting")	? (strcmp(wait_child(20), "does not return") ? "it returned" : "right") :
		IS("answer")	? (fill(r, 0, r->length), complete(r)) :
		IS("complete")	? complete(r) :
		IS("restart")	? (strcpy(mode, "serve"), put(device, "restore")) :
		IS("forget")	? "right" :
		IS("command")	? put(device, rest) : "no such step";
}

/* As init: the cache lies on a RAM disk, whose reads are done when their submission returns. */
static void begin_machine(void)
{
	int from, to;

	mount("none", "/proc", "proc", 0, NULL);
	mount("none", "/dev", "devtmpfs", 0, NULL);
	/* Print everything, and the stack of a task that is in D state for 2 s. */
	put(open("/proc/sys/kernel/printk", O_WRONLY), "8");
	put(open("/proc/sys/kernel/hung_task_timeout_secs", O_WRONLY), "2");
	from = open("cache.ext4", O_RDONLY);
	to = open("/dev/ram0", O_WRONLY);
	while (sendfile(to, from, NULL, sizeof(buffer)) > 0)
		;
	close(to);
	if (mount("/dev/ram0", "cache", "ext4", 0, NULL) < 0)
		die("mount /dev/ram0 (CONFIG_BLK_DEV_RAM and CONFIG_EXT4_FS are needed)");
}

int main(void)
{
	char line[8192], step[8192], copy[8192], *word[16], *right;
	FILE *steps = fopen("steps", "r");
	int n;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (getpid() == 1)
		begin_machine();
	snprintf(line, sizeof(line), "dir %s", realpath("cache", copy));
	device = open("/dev/cachefiles", O_RDWR);
	if (!steps || strcmp(put(device, line), "right") || strcmp(put(device, "bind ondemand"), "right"))
		die("bind /dev/cachefiles (CONFIG_CACHEFILES_ONDEMAND is needed, and no other daemon)");
	for (int number = 1; (right = "") && fscanf(steps, "%8191s %8191[^\n]", line, step) == 2; number++) {
		printf("%3d %s: ", number, step);
		strcpy(copy, step);
		word[0] = strtok(copy, " ");
		for (n = 0; word[n]; n++)
			word[n + 1] = strtok(NULL, " ");
		const char *is = do_step(word, step + strlen("command "));
		for (right = strtok(line, "|"); right && strcmp(right, is); right = strtok(NULL, "|"))
			;
		printf(right ? "ok\n" : "WRONG: %s\n", is);
		if (!right)
			break;
	}
	snprintf(copy, sizeof(copy), "/proc/%d/wchan", child);
	if (!right && (n = read(open(copy, O_RDONLY), copy, sizeof(copy))) > 0)
		printf("the reader is in %.*s\n", n, copy);
	usleep(300000);	/* for what comes late */
	puts(right ? "REPRODUCE: all is right" : "REPRODUCE: the fault shows");
	if (getpid() == 1)
		reboot(RB_AUTOBOOT);
	return !right;
}
