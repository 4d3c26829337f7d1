package telnet

import (
	"context"
	"fmt"
	"maps"
	"os/user"
	"strconv"
)

// UserIDs lets in those users of this machine, by their numbers, as the kernel tells them: over a
// unix socket, whose file's mode must allow them to connect, and on loopback. It works on Linux;
// elsewhere the kernel is not asked, and nobody is let in.
func UserIDs(levels map[int]Level) Authenticator {
	levels = maps.Clone(levels)
	return AuthenticatorFunc(func(_ context.Context, peer *Peer) (Identity, error) {
		level, ok := levels[peer.UID]
		switch {
		case peer.UID < 0:
			return Identity{}, fmt.Errorf("a user whom the kernel does not tell: %w", ErrDenied)
		case !ok:
			return Identity{User: userName(peer.UID)}, ErrDenied
		}
		return Identity{User: userName(peer.UID), Level: level}, nil
	})
}

// userName is the name of a user of this machine, or else the number.
func userName(uid int) string {
	id := strconv.Itoa(uid)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "uid " + id
}
