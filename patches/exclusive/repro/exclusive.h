/*
 * What the reproducers share: KTAP, the hmm_dmirror device, pagemap.
 *
 * A page is device-exclusive while the device of lib/test_hmm has it for itself: HMM_DMIRROR_EXCLUSIVE makes it so,
 * HMM_DMIRROR_CHECK_EXCLUSIVE fails with EPERM as long as it is. For the CPU its entry is none that is present, and
 * /proc/self/pagemap tells it as a swap entry (bit 62) whose type (bits 0 to 4) is that of no swap device.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <lib/test_hmm_uapi.h>

#define PAGE 4096UL
#define HUGE (2UL << 20)

static int results, failures;

static inline void plan(int count)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", count);
}

/* One result; says why where it is none. */
static inline int result(int good, const char *name, const char *why, ...)
{
	va_list rest;

	if (!good) {
		failures++;
		printf("# ");
		va_start(rest, why);
		vprintf(why, rest);
		va_end(rest);
		printf("\n");
	}
	printf("%s %d %s\n", good ? "ok" : "not ok", ++results, name);
	return good;
}

static inline int skipped(const char *name, const char *why)
{
	printf("ok %d %s # SKIP %s\n", ++results, name, why);
	return 0;
}

/* Nothing can be tested at all. */
static inline void skip_all(const char *why)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..0 # SKIP %s\n", why);
	exit(4);
}

static inline int done(void)
{
	return failures ? 1 : 0;
}

static inline int open_device(void)
{
	int device = open("/dev/hmm_dmirror1", O_RDWR | O_CLOEXEC);

	if (device < 0)
		skip_all("there is no /dev/hmm_dmirror1 (CONFIG_TEST_HMM)");
	return device;
}

/* One command for some pages; gives 0 or the error. */
static inline int device_do(int device, unsigned long request, void *address, unsigned long pages)
{
	struct hmm_dmirror_cmd cmd;
	char *copy = malloc(pages * PAGE);
	int error;

	memset(copy, 0, pages * PAGE);
	memset(&cmd, 0, sizeof(cmd));
	cmd.addr = (uintptr_t)address;
	cmd.ptr = (uintptr_t)copy;
	cmd.npages = pages;
	do {
		error = ioctl(device, request, &cmd) == 0 ? 0 : errno;
	} while (error == EINTR);
	free(copy);
	return error;
}

/* The folio may be locked for a moment by somebody else: EBUSY is tried again. */
static inline int make_exclusive(int device, void *address, unsigned long pages)
{
	int error = EBUSY;

	for (int i = 0; i < 20 && error == EBUSY; i++) {
		error = device_do(device, HMM_DMIRROR_EXCLUSIVE, address, pages);
		if (error == EBUSY)
			usleep(10000);
	}
	return error;
}

static inline int is_exclusive(int device, void *address, unsigned long pages)
{
	return device_do(device, HMM_DMIRROR_CHECK_EXCLUSIVE, address, pages) == EPERM;
}

static inline uint64_t entry_of(const void *address)
{
	static int file = -1;
	uint64_t entry = 0;

	if (file < 0)
		file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pread(file, &entry, sizeof(entry), (off_t)((uintptr_t)address / PAGE * sizeof(entry))) != sizeof(entry))
		return 0;
	return entry;
}

#define PRESENT(entry) ((entry) >> 63 & 1)
#define SWAPPED(entry) ((entry) >> 62 & 1)
#define SWAP_TYPE(entry) ((entry) & 31)
#define PFN(entry) ((entry) & ((1UL << 55) - 1))

static inline void fill(char *at, unsigned long pages, unsigned int seed)
{
	for (unsigned long i = 0; i < pages; i++)
		memset(at + i * PAGE, (int)((seed + i) % 251 + 1), PAGE);
}

/* Gives the first page that does not hold what fill() wrote, or -1. */
static inline long damaged(const char *at, unsigned long pages, unsigned int seed)
{
	for (unsigned long i = 0; i < pages; i++)
		for (unsigned long j = 0; j < PAGE; j++)
			if ((unsigned char)at[i * PAGE + j] != (unsigned char)((seed + i) % 251 + 1))
				return (long)i;
	return -1;
}

/* Small pages of our own, filled. */
static inline char *small_pages(unsigned long pages, unsigned int seed)
{
	char *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		skip_all("there is no memory to map");
	madvise(at, pages * PAGE, MADV_NOHUGEPAGE);
	fill(at, pages, seed);
	return at;
}

static inline int write_text(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t count;
	int error = 0;

	if (file < 0)
		return errno;
	count = write(file, text, strlen(text));
	if (count < 0)
		error = errno;
	close(file);
	return error;
}

static inline long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long number = -1;

	if (file) {
		if (fscanf(file, "%ld", &number) != 1)
			number = -1;
		fclose(file);
	}
	return number;
}

/* A line `name: number` of a file of /proc; -1 where there is none. */
static inline long read_field(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	char line[200];
	long number = -1;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			number = atol(line + strlen(name) + 1);
	if (file)
		fclose(file);
	return number;
}

static inline void rest_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}
