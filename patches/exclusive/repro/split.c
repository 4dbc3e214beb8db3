/* A page of a huge one can be made device-exclusive, and the huge page still be split into small ones. */
#include "exclusive.h"

int main(void)
{
	int device = open_device(), error;
	char text[100], *area, *huge;

	area = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	huge = (char *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	madvise(huge, HUGE, MADV_HUGEPAGE);
	fill(huge, HUGE / PAGE, 12);
	if (read_field("/proc/self/smaps_rollup", "AnonHugePages") < (long)(HUGE / 1024))
		skip_all("the kernel gave no huge page (CONFIG_TRANSPARENT_HUGEPAGE)");
	plan(4);
	error = make_exclusive(device, huge + 7 * PAGE, 1);
	if (!result(error == 0, "one page of a huge page is made exclusive", "the device got error %d", error)) {
		skipped("the huge page can be split", "no page of it is exclusive");
	} else {
		snprintf(text, sizeof(text), "%d,0x%lx,0x%lx,0", getpid(), (unsigned long)huge, (unsigned long)huge + HUGE);
		error = write_text("/sys/kernel/debug/split_huge_pages", text);
		if (error == ENOENT)
			skipped("the huge page can be split", "there is no /sys/kernel/debug/split_huge_pages (CONFIG_DEBUG_FS)");
		else
			result(error == 0, "the huge page can be split", "error %d", error);
	}
	result(damaged(huge, HUGE / PAGE, 12) < 0, "all of it is as it was", "page %ld has changed", damaged(huge, HUGE / PAGE, 12));
	fill(huge, HUGE / PAGE, 13);
	result(damaged(huge, HUGE / PAGE, 13) < 0, "and can be written", "page %ld is wrong", damaged(huge, HUGE / PAGE, 13));
	return done();
}
