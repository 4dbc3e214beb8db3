/* A process with device-exclusive pages can fork: both see the pages as they were, and then each its own. */
#include "exclusive.h"

#define PAGES 64UL

int main(void)
{
	int device = open_device(), status = 0, error;
	char *pages = small_pages(PAGES, 4);
	pid_t child;

	plan(5);
	error = make_exclusive(device, pages, PAGES);
	if (!result(error == 0, "pages are made exclusive", "the device got error %d", error))
		return done();
	child = fork();
	if (child == 0) {
		if (damaged(pages, PAGES, 4) >= 0)
			_exit(1);
		fill(pages, PAGES, 5);
		_exit(damaged(pages, PAGES, 5) >= 0 ? 2 : 0);
	}
	if (!result(child > 0, "fork succeeds", "it failed with error %d", errno))
		return done();
	waitpid(child, &status, 0);
	result(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child sees the pages and writes its own",
	       "the child ended with status %#x", status);
	result(damaged(pages, PAGES, 4) < 0, "the parent's pages are as they were", "page %ld has changed",
	       damaged(pages, PAGES, 4));
	result(!is_exclusive(device, pages, PAGES), "the device no longer has for itself what two processes share",
	       "the device still has a page");
	return done();
}
