package console

import (
	"bytes"
	"context"
	"encoding/json"
)

// cancels has what it takes to cancel a request of JSON mode while another, or the same, is answered.
// Session.mu guards it.
type cancels struct {
	running string // the id of the request that is being answered, "" for none
	stop    context.CancelFunc
	early   map[string]bool // the ids of requests to cancel that have not begun; see cancelHeld
}

// cancellable returns a context for the answer to the request id, which ends when that is cancelled.
// It returns a nil ctx if that has happened already. end must be called after the answer.
func (s *Session) cancellable(ctx context.Context, id json.RawMessage) (own context.Context, end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancels.early[string(id)] {
		delete(s.cancels.early, string(id))
		return nil, nil
	}
	own, cancel := context.WithCancel(ctx)
	s.cancels.running, s.cancels.stop = string(id), cancel
	return own, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.cancels.running, s.cancels.stop = "", nil
		cancel()
	}
}

// cancelPrefix is how a line begins that cancels a request while that is answered.
var cancelPrefix = []byte(`{"cancel":`)

// cancelHeld cancels the request that line names, if line is a request to cancel one. Requests are
// answered in order, so the one that is named is being answered, or stands before line in the input
// that is held, or has been answered.
func (s *Session) cancelHeld(line []byte) {
	if !bytes.HasPrefix(line, cancelPrefix) {
		return
	}
	req, _, wrong := parseRequest(string(line))
	if wrong != nil || req.Cancel == nil {
		return // it is told so when it is its turn
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := string(req.Cancel)
	if s.cancels.running == id {
		s.cancels.stop()
		return
	}
	if s.cancels.early == nil {
		s.cancels.early = map[string]bool{}
	}
	s.cancels.early[id] = true
}

// cancelDone forgets that the request id was to be cancelled, if it was: it has been answered.
func (s *Session) cancelDone(id json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.cancels.early, string(id))
}

// cancelsDone forgets requests to cancel: all requests that came before them have been answered.
func (s *Session) cancelsDone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancels.early = nil
}

// takePendingOf returns the action of the request id, if that waits, or nil.
func (s *Session) takePendingOf(id json.RawMessage) *pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending
	if p == nil || p.id != string(id) {
		return nil
	}
	s.pending = nil
	return p
}
