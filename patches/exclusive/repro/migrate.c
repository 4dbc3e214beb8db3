/* A device-exclusive page can be migrated: the block of movable memory that it lies in can be taken offline. */
#include "exclusive.h"

#define PAGES 16UL
/* So many are made that some lie in a block without holes, which the last one has. */
#define MANY 65536UL

static void ring(int signal)
{
	(void)signal;
}

/*
 * Takes a block offline; gives 0, an error, or -1 where the kernel tried for too long. In this process: a fork would take
 * the pages from the device.
 */
static int offline(long block, unsigned int seconds)
{
	struct sigaction action = { .sa_handler = ring };
	char path[100];
	int error;

	snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%ld/state", block);
	sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
	error = write_text(path, "offline");
	alarm(0);
	return error == EINTR ? -1 : error;
}

static int is_movable(long block)
{
	char path[100], zones[100] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%ld/valid_zones", block);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(zones, sizeof(zones), file))
		zones[0] = 0;
	fclose(file);
	return strstr(zones, "Movable") != NULL;
}

static void online(long block)
{
	char path[100];

	snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%ld/state", block);
	write_text(path, "online_movable");
}

/* Chooses the block in which most pages lie, of those that are movable and not the last. */
static long choose(char *pages, unsigned long size)
{
	static unsigned int count[4096];
	long best = -1, last = 0;

	for (unsigned long i = 0; i < MANY; i++) {
		long block = (long)(PFN(entry_of(pages + i * PAGE)) * PAGE / size);

		if (block > 0 && block < 4096) {
			count[block]++;
			last = block > last ? block : last;
		}
	}
	for (long block = 0; block < last; block++)
		if (count[block] >= PAGES && is_movable(block) && (best < 0 || count[block] > count[best]))
			best = block;
	return best;
}

static int skip_rest(int from, const char *why)
{
	static const char *names[] = { "pages are made exclusive", "the block of exclusive pages can be taken offline",
				       "they are as they were" };

	for (int i = from; i < 3; i++)
		skipped(names[i], why);
	return done();
}

int main(void)
{
	int device = open_device(), error = 0, again;
	unsigned long size = 0, found = 0;
	char *pages, *chosen[PAGES];
	long block;
	FILE *file = fopen("/sys/devices/system/memory/block_size_bytes", "re");

	if (!file || fscanf(file, "%lx", &size) != 1 || size == 0)
		skip_all("memory cannot be taken offline (CONFIG_MEMORY_HOTREMOVE)");
	fclose(file);
	plan(3);
	pages = small_pages(MANY, 3);
	block = choose(pages, size);
	if (block < 0)
		return skip_rest(0, "no page lies in a block of movable memory (kernelcore=)");
	for (unsigned long i = 0; i < MANY && found < PAGES; i++)
		if ((long)(PFN(entry_of(pages + i * PAGE)) * PAGE / size) == block)
			chosen[found++] = pages + i * PAGE;
	for (unsigned long i = 0; i < found && error == 0; i++)
		error = make_exclusive(device, chosen[i], 1);
	if (!result(error == 0, "pages are made exclusive", "the device got error %d", error))
		return skip_rest(1, "as above");
	error = offline(block, 20);
	if (error == 0) {
		result(1, "the block of exclusive pages can be taken offline", "");
	} else {
		/* Touched, the pages are the CPU's again: a block that cannot go then could never go. */
		for (unsigned long i = 0; i < found; i++)
			*(volatile char *)chosen[i] = *(volatile char *)chosen[i];
		again = offline(block, 20);
		if (again != 0)
			skipped("the block of exclusive pages can be taken offline", "it cannot, without exclusive pages either");
		else
			result(0, "the block of exclusive pages can be taken offline",
			       error < 0 ? "the kernel was still trying after 20 s; once they were touched it could" :
					   "error %d; once they were touched it could", error);
	}
	result(damaged(pages, MANY, 3) < 0, "they are as they were", "page %ld has changed", damaged(pages, MANY, 3));
	online(block);
	return done();
}
