package console

import (
	"encoding/json"
	"sync"
	"sync/atomic"

	"github.com/sightglass-go/sightglass/eval"
)

// reporter tells a program from time to time how far an evaluation has come, by events between two
// answers. A nil reporter tells nothing.
type reporter struct {
	session *Session
	latest  atomic.Pointer[eval.Progress]
	stop    func() // ends run, and returns once that has ended

	mu     sync.Mutex
	id     json.RawMessage // of the request that the next answer is for
	hidden bool
}

// replyEvent is a line of JSON mode that answers nothing. It has no member ok.
type replyEvent struct {
	V        int             `json:"v"`
	ID       json.RawMessage `json:"id,omitempty"`
	Event    string          `json:"event"`
	Progress *replyProgress  `json:"progress,omitempty"`
	Ask      *replyAsk       `json:"ask,omitempty"`
}

type replyProgress struct {
	MS      float64 `json:"ms"`
	Entries int     `json:"entries"`
	Path    string  `json:"path,omitempty"`
	At      int     `json:"at,omitempty"`
	Of      int     `json:"of,omitempty"`
}

// replyAsk is a question of the login.
type replyAsk struct {
	Text   string `json:"text"`
	Secret bool   `json:"secret"`
	Denied bool   `json:"denied,omitempty"`
}

// report has the progress of q told as events of the request id, until end.
func (s *Session) report(q *eval.Query, id json.RawMessage) *reporter {
	r := &reporter{session: s, id: id}
	q.Progress = func(now eval.Progress) { r.latest.Store(&now) }
	r.stop = sync.OnceFunc(s.nowAndThen(r.tell))
	return r
}

// tell writes an event, unless there is nothing to tell.
func (r *reporter) tell() {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.latest.Load()
	if now == nil || r.hidden {
		return
	}
	r.session.out.Write(append(marshal(replyEvent{
		V: protocolVersion, ID: r.id, Event: "progress",
		Progress: &replyProgress{MS: float64(now.Time.Microseconds()) / 1000, Entries: now.Read, Path: now.Path, At: now.At, Of: now.Of},
	}), '\n')) // a failure shows when the answer is written
}

// end has nothing told any more once it returns.
func (r *reporter) end() {
	if r != nil {
		r.stop()
	}
}

// hide has nothing told until again is called.
func (r *reporter) hide() (again func()) {
	if r == nil {
		return func() {}
	}
	set := func(hidden bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.hidden = hidden
	}
	set(true)
	return func() { set(false) }
}

// setID sets which request the next answer is for.
func (r *reporter) setID(id json.RawMessage) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.id = id
}

// LoginQuestion returns the line of JSON mode that asks a question before the session begins. denied
// says that the answers before were wrong.
func LoginQuestion(text string, secret, denied bool) string {
	return string(marshal(replyEvent{V: protocolVersion, Event: "ask", Ask: &replyAsk{text, secret, denied}})) + "\n"
}

// LoginDenial returns the line of JSON mode that says why there is no session.
func LoginDenial(why string) string {
	return string(marshal(errorReply(codeDenied, "%s", why).versioned())) + "\n"
}
