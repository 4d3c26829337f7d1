package telnet

import (
	"bytes"
	"net"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/telnet/internal/protocol"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Bounds of an outbox, in bytes. Until its write times out, a client that does not read costs this
// much, and what the kernel holds for it (see sendBuffer).
const (
	maxText    = 64 << 10 // queued
	maxControl = 4 << 10  // queued
	maxWrite   = 16 << 10 // of text in one write; an interrupt cannot take it back
)

// outbox is the only writer of a connection. It queues text and telnet commands apart, so that a
// long answer does not hold up a command, and discarding the answer does not lose it. What a socket
// takes at once is written by whoever queues it. The rest is written by a goroutine, which the
// outbox only has while there is something to send. It is safe for concurrent use.
type outbox struct {
	conn    net.Conn
	socket  *transport.Socket // that of conn; nil if only conn itself can write
	timeout time.Duration     // of one write
	failed  func(err error)   // called once, by the outbox's goroutine

	mu      sync.Mutex
	changed sync.Cond // signals every change below
	text    []byte    // queued, not encoded yet; at most maxText
	wire    []byte    // what try writes; empty between two calls
	control []byte    // queued telnet commands; maxControl and one command more
	sending bool      // the goroutine is running
	held    bool      // what is queued waits for Release or Flush
	muted   bool      // Write drops its text
	err     error     // of the first write that failed; nothing is sent after it
}

func newOutbox(conn net.Conn, timeout time.Duration, failed func(error)) *outbox {
	o := &outbox{conn: conn, socket: transport.Raw(conn), timeout: timeout, failed: failed}
	o.changed.L = &o.mu
	return o
}

// Write queues text. It blocks while maxText bytes are queued.
func (o *outbox) Write(p []byte) (n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for n < len(p) {
		for o.err == nil && !o.muted && len(o.text) >= maxText {
			o.release()
			o.changed.Wait()
		}
		if o.err != nil {
			return n, o.err
		}
		if o.muted {
			return len(p), nil
		}
		fits := min(len(p)-n, maxText-len(o.text))
		o.text = append(o.text, p[n:n+fits]...)
		n += fits
		o.wake()
	}
	return n, nil
}

// send queues telnet commands, already encoded. It blocks while maxControl bytes are queued: the
// server does not read from a peer that asks and does not read the answers.
func (o *outbox) send(command []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.err == nil && len(o.control) >= maxControl {
		o.release()
		o.changed.Wait()
	}
	if o.err == nil && len(command) > 0 {
		o.control = append(o.control, command...)
		o.wake()
	}
}

// Flush blocks until nothing is queued, and returns the error of the connection.
func (o *outbox) Flush() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.release()
	for o.err == nil && o.sending {
		o.changed.Wait()
	}
	return o.err
}

// Hold has what is queued from now on wait for Release or Flush, so that it is sent in one piece. It
// reports false, and does nothing, while anything is queued.
func (o *outbox) Hold() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = o.err == nil && len(o.text)+len(o.control) == 0
	return o.held
}

// Release sends what waits since Hold. It does not block.
func (o *outbox) Release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.release()
}

// release is Release. The caller holds o.mu.
func (o *outbox) release() {
	if o.held {
		o.held = false
		o.wake()
	}
}

// Discard drops the queued text and returns the number of bytes dropped. It calls then before more
// can be queued. Text that is being written still goes out.
func (o *outbox) Discard(then func()) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(o.text)
	o.text = nil
	o.changed.Broadcast()
	then()
	return n
}

// Mute makes Write drop its text while on.
func (o *outbox) Mute(on bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.muted = on
	o.changed.Broadcast()
}

// wake sends what is queued, unless that waits, the goroutine is running or a write has failed. The
// caller holds o.mu.
func (o *outbox) wake() {
	if o.sending || o.held || o.err != nil {
		return
	}
	if o.try(); len(o.text)+len(o.control) > 0 {
		o.sending = true
		go o.run()
	}
}

// try writes what the socket takes at once of what is queued. The caller holds o.mu.
func (o *outbox) try() {
	if o.socket == nil || len(o.text) > maxWrite {
		return
	}
	o.wire = protocol.Encode(append(o.wire[:0], o.control...), o.text)
	n := o.socket.TryWrite(o.wire)
	// What is left of a write that has begun can no longer be taken back.
	if n > 0 {
		o.control, o.text = nil, small(o.text)
	}
	if 0 < n && n < len(o.wire) {
		o.control = bytes.Clone(o.wire[n:])
	}
	o.wire = small(o.wire)
}

// small returns b without content, or nil if b is large: an idle session holds no large buffers.
func small(b []byte) []byte {
	if cap(b) > 128 {
		return nil
	}
	return b[:0]
}

func (o *outbox) run() {
	if err := o.drain(); err != nil {
		o.failed(err)
	}
}

// drain writes what is queued until the queue is empty, or waits for Release.
func (o *outbox) drain() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.control)+len(o.text) > 0 && !o.held && o.err == nil {
		wire := o.control
		o.control = nil
		n := min(len(o.text), maxWrite)
		wire = protocol.Encode(wire, o.text[:n])
		if o.text = o.text[:copy(o.text, o.text[n:])]; len(o.text) == 0 {
			o.text = nil // an idle session holds no buffers
		}
		o.mu.Unlock()
		o.conn.SetWriteDeadline(time.Now().Add(o.timeout))
		_, err := o.conn.Write(wire)
		o.conn.SetWriteDeadline(time.Time{}) // it would keep try from writing later
		o.mu.Lock()
		o.err = err
		o.changed.Broadcast()
	}
	o.sending = false
	o.changed.Broadcast()
	return o.err
}
