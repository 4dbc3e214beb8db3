/* Device-exclusive pages go when they are unmapped, or discarded: none stays behind, none comes back. */
#include "exclusive.h"

#define PAGES 256UL
#define ROUNDS 200

static long free_kib(void)
{
	return read_field("/proc/meminfo", "MemFree");
}

int main(void)
{
	int device = open_device(), error = 0;
	long before = 0, after, rss;
	char *pages;

	plan(4);
	/* The first round pays for page tables and the device's own. */
	for (int i = 0; i <= ROUNDS && error == 0; i++) {
		pages = small_pages(PAGES, 8);
		if (i == 1)
			before = free_kib();
		error = make_exclusive(device, pages, PAGES);
		munmap(pages, PAGES * PAGE);
	}
	if (!result(error == 0, "pages are made exclusive and unmapped", "the device got error %d", error))
		return done();
	after = free_kib();
	result(before - after < (long)(ROUNDS * PAGES * PAGE / 1024 / 4), "their memory comes back",
	       "%ld KiB less are free after %d rounds of %lu", before - after, ROUNDS, PAGES * PAGE / 1024);
	rss = read_field("/proc/self/status", "RssAnon");
	pages = small_pages(PAGES, 9);
	make_exclusive(device, pages, PAGES);
	error = madvise(pages, PAGES * PAGE, MADV_DONTNEED) ? errno : 0;
	result(error == 0 && read_field("/proc/self/status", "RssAnon") - rss < (long)(PAGES * PAGE / 1024 / 2),
	       "discarded, they no longer count", "error %d, %ld KiB before, %ld KiB after", error, rss,
	       read_field("/proc/self/status", "RssAnon"));
	for (unsigned long i = 0, bad = 0; i < PAGES * PAGE && !bad; i++) {
		bad = pages[i] != 0;
		if (bad)
			printf("# byte %lu is %d\n", i, pages[i]);
		failures += (int)bad;
	}
	printf("%s %d discarded, they read as zeroes\n", pages[0] == 0 && pages[PAGES * PAGE - 1] == 0 ? "ok" : "not ok",
	       ++results);
	return done();
}
