//go:build !linux

package peer

func (k *Socket) Owner() (uid, pid int, err error) { return UnknownUID, 0, ErrUnknownUser }

func (k *Socket) SearchOwner() (uid, pid int, err error) { return UnknownUID, 0, ErrUnknownUser }

// Present reports whether the other end is still open; known is false where that cannot be told
// without sending something.
func (k *Socket) Present() (there, known bool) { return false, false }
