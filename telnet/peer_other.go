//go:build !linux

package telnet

func (k *socket) owner() (uid, pid int, err error) { return nobodyKnown, 0, errUnknownUser }

func (k *socket) searchOwner() (uid, pid int, err error) { return nobodyKnown, 0, errUnknownUser }

// present reports whether the other end is still open; known is false where that cannot be told
// without sending something.
func (k *socket) present() (there, known bool) { return false, false }
