/* KSM meets device-exclusive pages: it may merge them or leave them alone, but each keeps its content for itself. */
#include "exclusive.h"

#define PAGES 64UL

int main(void)
{
	const char *run = "/sys/kernel/mm/ksm/run";
	int device = open_device(), error;
	char *pages, *control;
	long scans, merged;

	if (access(run, W_OK) != 0)
		skip_all("the kernel has no KSM (CONFIG_KSM)");
	plan(4);
	pages = mmap(NULL, 2 * PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	control = pages + PAGES * PAGE;
	madvise(pages, 2 * PAGES * PAGE, MADV_NOHUGEPAGE);
	memset(pages, 0x5a, 2 * PAGES * PAGE);
	error = make_exclusive(device, pages, PAGES);
	if (!result(error == 0, "pages are made exclusive", "the device got error %d", error))
		return done();
	madvise(pages, 2 * PAGES * PAGE, MADV_MERGEABLE);
	write_text("/sys/kernel/mm/ksm/pages_to_scan", "10000");
	write_text("/sys/kernel/mm/ksm/sleep_millisecs", "10");
	write_text(run, "1");
	scans = read_number("/sys/kernel/mm/ksm/full_scans");
	for (int i = 0; i < 400 && read_number("/sys/kernel/mm/ksm/full_scans") < scans + 5; i++)
		rest_ms(50);
	merged = read_number("/sys/kernel/mm/ksm/pages_sharing");
	if (read_number("/sys/kernel/mm/ksm/full_scans") < scans + 5 || merged <= 0)
		skipped("equal pages beside them are merged", "KSM merged nothing in 20 s");
	else
		result(1, "equal pages beside them are merged", "");
	for (unsigned long i = 0; i < 2 * PAGES * PAGE && error == 0; i++)
		error = pages[i] != 0x5a;
	result(error == 0, "all of them are as they were", "a byte has changed");
	memset(pages, 0x33, PAGES * PAGE);
	error = 0;
	for (unsigned long i = 0; i < PAGES * PAGE && error == 0; i++)
		error = control[i] != 0x5a || pages[i] != 0x33;
	result(error == 0, "written, each has what was written to it", "a write went astray");
	write_text(run, "2");
	write_text(run, "0");
	return done();
}
