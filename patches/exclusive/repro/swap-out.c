/* A device-exclusive page can be swapped out: it goes as other pages do that were left alone as long. */
#include "exclusive.h"

#define PAGES 1024UL

static int make_swap(void)
{
	const char *disk = "/dev/ram0";
	static char page[PAGE];
	uint32_t *words = (uint32_t *)(page + 1024);
	long sectors = read_number("/sys/block/ram0/size");
	int file;

	if (sectors < 64)
		return -1;
	/* The header of a swap area: version and last page at 1024, the magic at the end of the first page. */
	words[0] = 1;
	words[1] = (uint32_t)(sectors / 8 - 1);
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	file = open(disk, O_WRONLY | O_CLOEXEC);
	if (file < 0 || write(file, page, PAGE) != (ssize_t)PAGE || close(file) != 0)
		return -1;
	return swapon(disk, 0);
}

static unsigned long swapped(char *at, uint64_t type)
{
	unsigned long count = 0;

	for (unsigned long i = 0; i < PAGES; i++) {
		uint64_t entry = entry_of(at + i * PAGE);

		count += SWAPPED(entry) && SWAP_TYPE(entry) == type;
	}
	return count;
}

/*
 * Who will want memory, when told to. It is there before the pages are: a fork of their process would take them from the
 * device.
 */
static pid_t presser(int *begin)
{
	int ends[2];
	pid_t child;
	char go;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		skip_all("there is no second process");
	if (child == 0) {
		write_text("/proc/self/oom_score_adj", "1000");
		if (read(ends[0], &go, 1) != 1)
			_exit(0);
		for (;;) {
			char *more = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			if (more == MAP_FAILED)
				pause();
			for (unsigned long i = 0; i < HUGE; i += PAGE)
				*(volatile unsigned long *)(more + i) = (unsigned long)more + i;
			if (read_field("/proc/meminfo", "SwapFree") < 8192)
				pause();
		}
	}
	*begin = ends[1];
	return child;
}

/* Has memory wanted until the control pages are gone, or nobody gives more. */
static void press(pid_t child, int begin, char *control)
{
	int status;

	if (write(begin, "x", 1) != 1)
		return;
	for (int i = 0; i < 1600; i++) {
		unsigned long gone = 0;

		rest_ms(50);
		for (unsigned long j = 0; j < PAGES; j++)
			gone += SWAPPED(entry_of(control + j * PAGE));
		if (gone >= PAGES * 95 / 100) {
			/* What was left alone as long gets as long again. */
			rest_ms(500);
			break;
		}
		if (i % 100 == 99)
			printf("# after %d s: %lu of the others are gone, %ld KiB free, %ld KiB of swap free\n", (i + 1) / 20, gone,
			       read_field("/proc/meminfo", "MemFree"), read_field("/proc/meminfo", "SwapFree"));
		if (waitpid(child, &status, WNOHANG) == child) {
			printf("# who wanted memory ended with status %#x\n", status);
			return;
		}
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
}

int main(void)
{
	int device = open_device(), error, begin;
	pid_t child;
	unsigned long control_gone = 0, gone;
	uint64_t type = 99;
	char *pages, *control;

	if (access("/proc/swaps", R_OK) != 0)
		skip_all("the kernel has no swap (CONFIG_SWAP)");
	if (make_swap() != 0)
		skip_all("there is nothing to swap to: no /dev/ram0 (CONFIG_BLK_DEV_RAM)");
	child = presser(&begin);
	plan(3);
	pages = small_pages(PAGES, 1);
	control = small_pages(PAGES, 2);
	error = make_exclusive(device, pages, PAGES);
	if (!result(error == 0, "pages are made exclusive", "the device got error %d", error))
		return done();
	press(child, begin, control);
	for (unsigned long i = 0; i < PAGES; i++)
		if (SWAPPED(entry_of(control + i * PAGE)))
			type = SWAP_TYPE(entry_of(control + i * PAGE));
	if (type != 99)
		control_gone = swapped(control, type);
	gone = swapped(pages, type);
	printf("# swapped: %lu of %lu exclusive pages, %lu of as many others\n", gone, PAGES, control_gone);
	if (control_gone < PAGES / 2)
		skipped("exclusive pages are swapped out", "memory was not short enough to swap others out");
	else
		result(gone >= control_gone / 2, "exclusive pages are swapped out",
		       "%lu of %lu are swapped, where of others %lu are", gone, PAGES, control_gone);
	result(damaged(pages, PAGES, 1) < 0, "they come back as they were", "page %ld has changed", damaged(pages, PAGES, 1));
	return done();
}
