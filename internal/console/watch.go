package console

import "context"

// watch is what is being watched.
type watch struct{}

const watchDetail = ""

func runWatch(context.Context, *Session, *answer, string) error {
	return complain("watch is not there yet; ask again")
}

