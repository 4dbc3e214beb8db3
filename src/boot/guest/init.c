/*
 * The first program of the guest: sets the machine up, runs the programs of /pteward/plan one after another, and tells
 * the host over the second serial port.
 *
 * What it writes there is framed by lines. A line that begins with '|' is a line of the running program, one with '+' the
 * rest of such a line, one with '#' and the nonce is our own word. A program's output can hence never begin a line of ours,
 * and the port has no name in /dev any more when the first program begins. The programs cannot make a new one either:
 * the capability for that is gone. (They run as root, since they test what only root can do. One that takes a debugger to us
 * can lie; so can the kernel under review itself.)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CAP_SYS_RAWIO 17
#define CAP_MKNOD 27
#define LINE_MAX_BYTES 2000
#define MOST_ARGUMENTS 30

static int port = -1;
static char nonce[80];

static void put(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = write(port, bytes, length);

		if (count < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (count <= 0)
			return;
		bytes += count;
		length -= (size_t)count;
	}
}

/* A line of our own. */
static void tell(const char *format, ...)
{
	char line[600];
	int head = snprintf(line, sizeof(line), "#%s ", nonce);
	va_list rest;

	va_start(rest, format);
	vsnprintf(line + head, sizeof(line) - (size_t)head - 1, format, rest);
	va_end(rest);
	strcat(line, "\n");
	put(line, strlen(line));
}

static void off(void)
{
	if (port >= 0)
		tcdrain(port);
	sync();
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t count = -1;

	if (file >= 0) {
		count = write(file, text, strlen(text));
		close(file);
	}
	if (count < 0)
		tell("note %s: %s", path, strerror(errno));
}

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 01777);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	/* Mounted already where the kernel does it by itself. */
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mkdir("/dev/shm", 01777);
	mkdir("/dev/pts", 0755);
	mkdir("/dev/hugepages", 0755);
	mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
	mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL);
	mount("devpts", "/dev/pts", "devpts", 0, NULL);
	mount("hugetlbfs", "/dev/hugepages", "hugetlbfs", 0, NULL);
	/* Where the kernel has them. */
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
}

static int open_port(void)
{
	struct termios settings;

	port = open("/dev/ttyS1", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (port < 0)
		return -1;
	if (tcgetattr(port, &settings) == 0) {
		cfmakeraw(&settings);
		cfsetspeed(&settings, B115200);
		tcsetattr(port, TCSANOW, &settings);
	}
	unlink("/dev/ttyS1");
	return 0;
}

/* Character devices whose driver asks for a node of no fixed number: name in /proc/devices, count. */
static void make_nodes(const char *name, int count)
{
	FILE *list = fopen("/proc/devices", "re");
	char line[200], found[100], path[160];
	unsigned int major;

	while (list && fgets(line, sizeof(line), list)) {
		if (sscanf(line, "%u %99s", &major, found) == 2 && strcmp(found, name) == 0) {
			for (int minor = 0; minor < count; minor++) {
				snprintf(path, sizeof(path), "/dev/%s%d", name, minor);
				mknod(path, S_IFCHR | 0666, makedev(major, (unsigned int)minor));
			}
		}
	}
	if (list)
		fclose(list);
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void become(char **arguments, int output)
{
	int nothing = open("/dev/null", O_RDWR);

	setsid();
	prctl(PR_CAPBSET_DROP, CAP_MKNOD, 0, 0, 0);
	prctl(PR_CAPBSET_DROP, CAP_SYS_RAWIO, 0, 0, 0);
	dup2(nothing, 0);
	dup2(output, 1);
	dup2(output, 2);
	close(nothing);
	close(output);
	if (chdir("/tests") == 0)
		execv(arguments[0], arguments);
	fprintf(stderr, "cannot run %s: %s\n", arguments[0], strerror(errno));
	_exit(127);
}

/* Lines of a program, as far as they have come. */
struct lines {
	char text[LINE_MAX_BYTES + 2];
	size_t length;
	int torn;
};

static void flush_line(struct lines *l, int whole)
{
	l->text[0] = l->torn ? '+' : '|';
	l->text[l->length + 1] = '\n';
	put(l->text, l->length + 2);
	l->length = 0;
	l->torn = !whole;
}

static void forward(struct lines *l, const char *bytes, ssize_t count)
{
	for (ssize_t i = 0; i < count; i++) {
		if (bytes[i] == '\n') {
			flush_line(l, 1);
			continue;
		}
		if (l->length == LINE_MAX_BYTES)
			flush_line(l, 0);
		l->text[1 + l->length++] = bytes[i];
	}
}

static void reap_all(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void run(const char *number, long limit, char **arguments)
{
	static struct lines l;
	char bytes[4096];
	int ends[2], status = 0, ended = 0, open_still = 1;
	long long deadline;
	pid_t child;

	memset(&l, 0, sizeof(l));
	tell("begin %s", number);
	if (pipe2(ends, O_CLOEXEC) != 0 || (child = fork()) < 0) {
		tell("end %s lost %s", number, strerror(errno));
		return;
	}
	if (child == 0)
		become(arguments, ends[1]);
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	deadline = now_ms() + limit * 1000;
	while (!ended || open_still) {
		struct pollfd p = { .fd = open_still ? ends[0] : -1, .events = POLLIN };
		ssize_t count = 0;

		poll(&p, 1, ended ? 0 : 20);
		if (open_still)
			count = read(ends[0], bytes, sizeof(bytes));
		if (count > 0)
			forward(&l, bytes, count);
		else if (count == 0)
			open_still = 0;
		/* Whoever has outlived the program and holds the pipe open is not waited for. */
		else if (ended)
			break;
		if (!ended && waitpid(child, &status, WNOHANG) == child)
			ended = 1;
		if (!ended && now_ms() > deadline) {
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			ended = 2;
			break;
		}
	}
	if (l.length > 0)
		flush_line(&l, 1);
	close(ends[0]);
	reap_all();
	if (ended == 2)
		tell("end %s stopped 0", number);
	else if (WIFSIGNALED(status))
		tell("end %s signal %d", number, WTERMSIG(status));
	else
		tell("end %s exit %d", number, WEXITSTATUS(status));
}

/* One line of the plan: words parted by tabs. */
static void step(char *line)
{
	char *words[MOST_ARGUMENTS + 1], *rest = line, *word;
	int count = 0;

	while (count < MOST_ARGUMENTS && (word = strsep(&rest, "\t")) != NULL)
		words[count++] = word;
	words[count] = NULL;
	if (count == 3 && strcmp(words[0], "write") == 0)
		write_file(words[1], words[2]);
	else if (count == 3 && strcmp(words[0], "nodes") == 0)
		make_nodes(words[1], atoi(words[2]));
	else if (count >= 4 && strcmp(words[0], "run") == 0)
		run(words[1], atol(words[2]), words + 3);
}

int main(void)
{
	static char plan[1 << 16];
	char *rest = plan, *line;
	ssize_t length = -1;
	int file;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(0);
	mount_all();
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/tmp", 1);
	file = open("/pteward/plan", O_RDONLY | O_CLOEXEC);
	if (file >= 0) {
		length = read(file, plan, sizeof(plan) - 1);
		close(file);
	}
	unlink("/pteward/plan");
	if (length <= 0 || open_port() != 0) {
		printf("pteward: no plan, or no second serial port: %s\n", strerror(errno));
		off();
	}
	line = strsep(&rest, "\n");
	snprintf(nonce, sizeof(nonce), "%s", line);
	tell("hello");
	while ((line = strsep(&rest, "\n")) != NULL)
		step(line);
	tell("done");
	off();
	return 0;
}
