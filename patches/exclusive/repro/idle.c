/* The bitmap of idle pages walks all mappings of a page: a device-exclusive entry must come out as it went in. */
#include "exclusive.h"

#define PAGES 64UL

int main(void)
{
	int device = open_device(), bitmap, error = 0, disturbed = 0;
	uint64_t before[PAGES], frame[PAGES];
	char *pages;

	bitmap = open("/sys/kernel/mm/page_idle/bitmap", O_RDWR | O_CLOEXEC);
	if (bitmap < 0)
		skip_all("the kernel has no bitmap of idle pages (CONFIG_IDLE_PAGE_TRACKING)");
	plan(4);
	pages = small_pages(PAGES, 10);
	for (unsigned long i = 0; i < PAGES; i++)
		frame[i] = PFN(entry_of(pages + i * PAGE));
	error = make_exclusive(device, pages, PAGES);
	if (!result(error == 0, "pages are made exclusive", "the device got error %d", error))
		return done();
	for (unsigned long i = 0; i < PAGES; i++)
		before[i] = entry_of(pages + i * PAGE);
	for (int round = 0; round < 4; round++) {
		for (unsigned long i = 0; i < PAGES; i++) {
			uint64_t word = ~0UL;
			off_t place = (off_t)(frame[i] / 64 * 8);

			/* At the end of memory less than a word comes; an error is less than nothing. */
			if (pwrite(bitmap, &word, 8, place) < 0 || pread(bitmap, &word, 8, place) < 0)
				error = errno;
		}
	}
	result(error == 0, "their idle bits can be set and read", "error %d", error);
	for (unsigned long i = 0; i < PAGES; i++)
		disturbed += entry_of(pages + i * PAGE) != before[i];
	result(disturbed == 0 && is_exclusive(device, pages, PAGES), "their entries are as they were",
	       "%d entries of %lu have changed", disturbed, PAGES);
	result(damaged(pages, PAGES, 10) < 0, "so are the pages", "page %ld has changed", damaged(pages, PAGES, 10));
	return done();
}
