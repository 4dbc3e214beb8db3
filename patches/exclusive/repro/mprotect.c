/* Device-exclusive pages obey mprotect: read-only means read-only, and nothing is lost on the way. */
#include "exclusive.h"
#include <setjmp.h>

#define PAGES 64UL

static sigjmp_buf back;

static void refused(int signal)
{
	siglongjmp(back, signal);
}

/* Gives the signal that a write is answered with, or 0. In this process: a fork would take the pages from the device. */
static int write_gives(char *at)
{
	struct sigaction action = { .sa_handler = refused };
	static struct sigaction old;
	int signal = sigsetjmp(back, 1);

	if (signal == 0) {
		sigaction(SIGSEGV, &action, &old);
		*(volatile char *)at = 1;
	}
	sigaction(SIGSEGV, &old, NULL);
	return signal;
}

int main(void)
{
	int device = open_device(), error, given;
	char *pages = small_pages(PAGES, 6);

	plan(6);
	error = make_exclusive(device, pages, PAGES);
	if (!result(error == 0, "pages are made exclusive", "the device got error %d", error))
		return done();
	error = mprotect(pages, PAGES * PAGE, PROT_READ) ? errno : 0;
	result(error == 0, "they can be made read-only", "error %d", error);
	given = write_gives(pages);
	result(given == SIGSEGV, "a write to them is refused", "it gives signal %d", given);
	result(damaged(pages, PAGES, 6) < 0, "they can be read", "page %ld has changed", damaged(pages, PAGES, 6));
	error = make_exclusive(device, pages, PAGES);
	result(error != 0, "the device cannot have read-only pages for itself", "it got them");
	mprotect(pages, PAGES * PAGE, PROT_READ | PROT_WRITE);
	fill(pages, PAGES, 7);
	result(damaged(pages, PAGES, 7) < 0, "made writable again, they can be written", "page %ld is wrong",
	       damaged(pages, PAGES, 7));
	return done();
}
