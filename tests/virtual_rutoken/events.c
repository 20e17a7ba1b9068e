/* C_WaitForSlotEvent: woken by inotify when a token comes or goes, and by C_Finalize. */
#include "virtual_rutoken.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { LOOK_AGAIN_MS = 10 }; /* where inotify has no free instance we look by ourselves */

static int stop_event = -1;
static int waiting;

CK_RV open_events(void)
{
	stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return stop_event < 0 ? CKR_GENERAL_ERROR : CKR_OK;
}

/* Called with the module locked; waits, unlocked, until the last waiting thread has left. */
void close_events(void)
{
	eventfd_write(stop_event, 1);
	while (waiting > 0) {
		unlock_module();
		usleep(1000);
		lock_module();
	}
	close(stop_event);
	stop_event = -1;
}

static int watch_slots(void)
{
	char path[PATH_LIMIT];
	int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (CK_SLOT_ID slot = 0; watch >= 0 && slot < SLOT_COUNT; slot++) {
		slot_path(path, slot, ".");
		if (inotify_add_watch(watch, path, IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB) < 0) {
			close(watch);
			return -1;
		}
	}
	return watch;
}

static bool find_event(CK_SLOT_ID *slot)
{
	for (CK_SLOT_ID number = 0; number < SLOT_COUNT; number++) {
		struct token *token = token_of_slot(number);
		struct insertion now = look_into_slot(number);
		if (same_insertion(&now, &token->reported))
			continue;
		token->reported = now;
		*slot = number;
		return true;
	}
	return false;
}

/* One turn of waiting, without the lock. What inotify says is only "look": the state of the files is the truth. */
static void wait_for_change(int watch)
{
	char notes[4096];
	struct pollfd both[2] = {{.fd = stop_event, .events = POLLIN}, {.fd = watch, .events = POLLIN}};
	poll(both, watch < 0 ? 1 : 2, watch < 0 ? LOOK_AGAIN_MS : -1);
	while (watch >= 0 && read(watch, notes, sizeof notes) > 0)
		;
}

CK_RV C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved_)
{
	if (!slot || reserved_)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_module(__func__);
	if (result != CKR_OK)
		return result;
	bool found = find_event(slot);
	if (found || (flags & CKF_DONT_BLOCK)) {
		unlock_module();
		return found ? CKR_OK : CKR_NO_EVENT;
	}
	waiting++;
	int watch = watch_slots();
	while (module_is_started() && !find_event(slot)) { /* look once more after the watch stands: nothing slips through */
		unlock_module();
		wait_for_change(watch);
		lock_module();
	}
	waiting--;
	result = module_is_started() ? CKR_OK : CKR_CRYPTOKI_NOT_INITIALIZED;
	unlock_module();
	if (watch >= 0)
		close(watch);
	return result;
}
