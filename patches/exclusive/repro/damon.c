/* DAMON samples physical memory through all mappings of a page: a device-exclusive entry must come out as it went in. */
#include "exclusive.h"

#define PAGES 64UL
#define ADMIN "/sys/kernel/mm/damon/admin/kdamonds"

static int set(const char *file, const char *format, ...)
{
	char path[300], text[60];
	va_list rest;

	snprintf(path, sizeof(path), ADMIN "/%s", file);
	va_start(rest, format);
	vsnprintf(text, sizeof(text), format, rest);
	va_end(rest);
	return write_text(path, text);
}

int main(void)
{
	int device = open_device(), error, disturbed = 0;
	uint64_t before[PAGES], first = ~0UL, last = 0;
	char *pages;

	if (access(ADMIN "/nr_kdamonds", W_OK) != 0)
		skip_all("the kernel has no DAMON by sysfs (CONFIG_DAMON_SYSFS)");
	plan(4);
	pages = small_pages(PAGES, 11);
	for (unsigned long i = 0; i < PAGES; i++) {
		uint64_t frame = PFN(entry_of(pages + i * PAGE));

		first = frame < first ? frame : first;
		last = frame > last ? frame : last;
	}
	error = make_exclusive(device, pages, PAGES);
	if (!result(error == 0, "pages are made exclusive", "the device got error %d", error))
		return done();
	for (unsigned long i = 0; i < PAGES; i++)
		before[i] = entry_of(pages + i * PAGE);
	error = set("nr_kdamonds", "1") ?: set("0/contexts/nr_contexts", "1") ?: set("0/contexts/0/operations", "paddr") ?:
		set("0/contexts/0/monitoring_attrs/intervals/sample_us", "1000") ?:
		set("0/contexts/0/monitoring_attrs/intervals/aggr_us", "20000") ?:
		set("0/contexts/0/monitoring_attrs/nr_regions/min", "100") ?:
		set("0/contexts/0/targets/nr_targets", "1") ?: set("0/contexts/0/targets/0/regions/nr_regions", "1") ?:
		set("0/contexts/0/targets/0/regions/0/start", "%lu", first * PAGE) ?:
		set("0/contexts/0/targets/0/regions/0/end", "%lu", (last + 1) * PAGE) ?: set("0/state", "on");
	if (error != 0) {
		skipped("DAMON samples them", "DAMON does not start on physical memory (CONFIG_DAMON_PADDR)");
	} else {
		rest_ms(2000);
		error = set("0/state", "off");
		result(error == 0, "DAMON samples them", "it does not stop: error %d", error);
	}
	for (unsigned long i = 0; i < PAGES; i++)
		disturbed += entry_of(pages + i * PAGE) != before[i];
	result(disturbed == 0 && is_exclusive(device, pages, PAGES), "their entries are as they were",
	       "%d entries of %lu have changed", disturbed, PAGES);
	result(damaged(pages, PAGES, 11) < 0, "so are the pages", "page %ld has changed", damaged(pages, PAGES, 11));
	return done();
}
