//go:build !linux

package peer

// owner tells nothing here.
func (s *Socket) owner() (uid, pid int, err error) { return UnknownUID, 0, ErrUnknownUser }

// searchOwner tells nothing here.
func (s *Socket) searchOwner() (uid, pid int, err error) { return UnknownUID, 0, ErrUnknownUser }

// Present reports whether the other end is still open. known is false here: it cannot be known
// without sending something.
func (s *Socket) Present() (there, known bool) { return false, false }
