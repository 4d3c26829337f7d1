package telnet

import (
	"sync"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// What a server keeps of its users' lines at most, besides Server.History lines of each: some
// megabytes, whoever connects.
const (
	maxHistories    = 64       // users
	maxHistoryBytes = 64 << 10 // of one user
)

// histories has the lines of users beyond their sessions, in memory alone.
type histories struct {
	mu    sync.Mutex
	users []*userHistory // those used last are last
}

// userID tells one user from another: by the name of the Identity where there is an Authenticator,
// and else by what the kernel tells.
type userID struct {
	name string
	uid  int // -1 beside a name
}

// userHistory has the lines of one user. The mutex of histories guards it.
type userHistory struct {
	of    userID
	lines []userLine // oldest first
	bytes int
}

type userLine struct {
	session int64
	text    string // without secrets
}

// size returns how many bytes l takes: its text, and 32 for the rest and for room to grow.
func (l userLine) size() int { return len(l.text) + 32 }

// past is what a session has of the lines of its user.
type past struct {
	conn *conn
	of   userID
}

var _ console.Past = past{}

// past returns the past of the session of who, nil if the server keeps none or nobody can say who
// that is.
func (c *conn) past(who Identity) console.Past {
	id := userID{who.User, -1}
	if who.User == "" {
		id.uid = c.peer.UID
	}
	known := who.User != "" || c.server.Auth == nil && c.way.listener.Local() && id.uid >= 0
	if c.server.History <= 0 || !known {
		return nil
	}
	return past{c, id}
}

// Add implements console.Past.
func (p past) Add(line string) {
	text := secret.RedactSource(line)
	added := userLine{p.conn.id, text}
	if added.size() > maxHistoryBytes {
		return
	}
	h := &p.conn.server.histories
	h.mu.Lock()
	defer h.mu.Unlock()
	u := h.user(p.of)
	u.lines = append(u.lines, added)
	u.bytes += added.size()
	drop := 0
	for ; len(u.lines)-drop > p.conn.server.History || u.bytes > maxHistoryBytes; drop++ {
		u.bytes -= u.lines[drop].size()
	}
	if drop > 0 {
		u.lines = append([]userLine(nil), u.lines[drop:]...)
	}
}

// Lines implements console.Past.
func (p past) Lines() (lines []string) {
	h := &p.conn.server.histories
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, line := range h.user(p.of).lines {
		if line.session != p.conn.id {
			lines = append(lines, line.text)
		}
	}
	return lines
}

// user returns the history of a user, which is then the one used last. A new one takes the place of
// the one that was not used for longest, if there are too many.
func (h *histories) user(of userID) *userHistory {
	for i, u := range h.users {
		if u.of == of {
			copy(h.users[i:], h.users[i+1:])
			h.users[len(h.users)-1] = u
			return u
		}
	}
	if len(h.users) == maxHistories {
		h.users = append(h.users[:0], h.users[1:]...)
	}
	u := &userHistory{of: of}
	h.users = append(h.users, u)
	return u
}
