package telnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

const (
	// maxAhead bounds the bytes of requests that wait for their answers: a server holds 256 KiB, and
	// notices a request to cancel another in no more than that.
	maxAhead = 128 << 10

	// stuckAfter is how long a server may not read before the connection counts as lost.
	stuckAfter = 30 * time.Second

	// cancelGrace is how long a request waits for its answer once its context has ended: most servers
	// tell within that what they have found so far.
	cancelGrace = 100 * time.Millisecond

	// idleAfter is how long nobody waits for an answer before the Client reads by itself, to notice
	// the end of the connection.
	idleAfter = 50 * time.Millisecond
)

// Client is a session with a server. Dial returns one.
//
// Its methods may be called concurrently. Requests are sent at once and answered in order, so a short
// one waits for a long one before it; who wants several at the same time has several Clients. When the
// context of a request ends, the server is told to give up that request alone, and the others go on.
//
// Who waits for an answer reads the connection, and hands out the answers of others that come first:
// handing each from a goroutine that reads to the one that waits would double the time of a short
// question.
//
// A server is not trusted: what it sends is bounded, and all of it but Answer.Value can be shown on a
// terminal.
type Client struct {
	conn  net.Conn
	hello Hello
	turn  chan struct{} // of capacity 1: holds a value while somebody may send requests
	write chan struct{} // of capacity 1: holds a value while somebody writes a line to conn
	reads chan struct{} // of capacity 1: holds a value while somebody reads lines
	lines *lineReader   // for who reads
	idle  *time.Timer   // calls watch
	done  chan struct{} // closed when the connection is over; see err
	work  sync.WaitGroup

	mu    sync.Mutex // guards everything below
	last  uint64     // id
	calls map[uint64]*call
	ahead int           // bytes of requests without an answer
	room  chan struct{} // of capacity 1: holds a value after an answer
	said  string        // what the server has said that answers nothing
	err   error         // why the connection is over
}

// call is a request that waits for its answer.
type call struct {
	size   int
	answer chan *wireAnswer // of capacity 1
	event  func(*wireAnswer)

	telling sync.Mutex // held while event runs
	left    bool       // nobody waits any more; guarded by telling
}

// tell calls k.event while somebody waits for the answer.
func (k *call) tell(a *wireAnswer) {
	k.telling.Lock()
	defer k.telling.Unlock()
	if k.event != nil && !k.left {
		k.event(a)
	}
}

// leave says that nobody waits any more: k.event has returned by then, and is not called again.
func (k *call) leave() {
	k.telling.Lock()
	defer k.telling.Unlock()
	k.left = true
}

func attach(conn net.Conn, lines *lineReader, hello Hello) *Client {
	c := &Client{
		conn: conn, hello: hello, turn: make(chan struct{}, 1), write: make(chan struct{}, 1), done: make(chan struct{}),
		calls: map[uint64]*call{}, room: make(chan struct{}, 1), reads: make(chan struct{}, 1), lines: lines,
	}
	c.mu.Lock() // watch may run before idle is set
	defer c.mu.Unlock()
	c.idle = time.AfterFunc(idleAfter, c.watch)
	return c
}

// Hello returns what the server has told about itself.
func (c *Client) Hello() Hello { return c.hello }

// Done returns a channel that is closed when the connection is over, for whatever reason. Err tells it.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err returns why the connection is over: ErrClientClosed after Close. It is nil before.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close ends the session. Requests that wait end with ErrClientClosed.
func (c *Client) Close() error {
	c.fail(ErrClientClosed)
	c.idle.Stop()
	c.work.Wait()
	return nil
}

// ending is the end of a connection in words that need none of the error behind them.
type ending struct {
	said string
	err  error
}

func (e ending) Error() string { return "telnet: " + e.said }
func (e ending) Unwrap() error { return e.err }

// fail ends the connection. The first call decides on the error.
func (c *Client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	if c.said != "" && !errors.Is(err, ErrClientClosed) {
		err = ending{"the server ended the session: " + c.said, err}
	}
	c.err = err
	close(c.done)
	// Closing may wait for a peer that does not read.
	c.work.Go(func() { c.conn.Close() })
}

// watch reads a line while nobody waits for an answer.
func (c *Client) watch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	select {
	case c.reads <- struct{}{}:
		lines := 0
		c.work.Go(func() { c.read(context.Background(), func() bool { lines++; return lines > 1 }) })
	default: // who reads winds up idle again
	}
}

// read hands out answers until enough reports true, before each line, the connection is over, or ctx
// ends. The caller has sent to c.reads.
func (c *Client) read(ctx context.Context, enough func() bool) {
	defer func() {
		c.idle.Reset(idleAfter)
		<-c.reads
	}()
	if ctx.Done() != nil {
		defer interrupt(ctx, c.conn.SetReadDeadline, 0)()
	}
	for !enough() {
		line, err := c.lines.next()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil:
			return // what there is of a line is kept
		case errors.Is(err, io.EOF):
			err = ending{"the server closed the connection", io.ErrUnexpectedEOF}
		case err == nil && len(line) > 0:
			err = c.receive(line)
		}
		if err != nil {
			c.fail(err)
			return
		}
	}
}

// interrupt ends a Read or Write of a connection, which setDeadline is of, that long after ctx ends,
// until it is undone. Undone, it does nothing to the next one, even if ctx ends at that moment.
func interrupt(ctx context.Context, setDeadline func(time.Time) error, after time.Duration) (undo func()) {
	var mu sync.Mutex
	over := false
	stop := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			setDeadline(time.Now().Add(after))
		}
	})
	return func() {
		if stop() {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		over = true
		setDeadline(time.Time{})
	}
}

// receive hands out one answer or event.
func (c *Client) receive(line []byte) error {
	a, err := parseAnswer(line)
	if err != nil {
		return err
	}
	k, err := c.answered(a)
	switch {
	case err != nil || k == nil:
		return err
	case a.Event == "":
		k.answer <- a
	default:
		k.tell(a)
	}
	return nil
}

// answered returns the request that a is for, or nil if nobody waits for it.
func (c *Client) answered(a *wireAnswer) (*call, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.ID == nil {
		switch {
		case a.Error != nil && a.Error.Code == "session", a.Event == "" && a.Type == "session":
			if a.Error != nil {
				c.said = text.Escape(a.Error.Message)
			}
			return nil, nil
		case a.Event != "":
			return nil, nil // later releases may have more of them
		}
		return nil, broken("an answer without the id of a request")
	}
	id, err := strconv.ParseUint(string(a.ID), 10, 64)
	k := c.calls[id]
	if err != nil || k == nil {
		return nil, broken("an answer to a request that was not made: %s", text.Escape(text.Cut(string(a.ID), 40)))
	}
	if a.Event != "" {
		return k, nil
	}
	delete(c.calls, id)
	c.ahead -= k.size
	select {
	case c.room <- struct{}{}:
	default:
	}
	return k, nil
}

// wireRequest is a line that a client sends.
type wireRequest struct {
	ID       uint64      `json:"id"`
	Eval     *string     `json:"eval,omitempty"`
	Line     *string     `json:"line,omitempty"`
	Complete *string     `json:"complete,omitempty"`
	Pos      *int        `json:"pos,omitempty"`
	Commands bool        `json:"commands,omitempty"`
	Ask      bool        `json:"ask,omitempty"`
	Progress bool        `json:"progress,omitempty"`
	Mode     string      `json:"mode,omitempty"`
	Confirm  string      `json:"confirm,omitempty"`
	Limits   *wireLimits `json:"limits,omitempty"`
}

// ask sends a request in its turn and waits for the answer.
func (c *Client) ask(ctx context.Context, r wireRequest, event func(*wireAnswer)) (*wireAnswer, error) {
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	k, id, err := c.send(ctx, r, event)
	<-c.turn
	if err != nil {
		return nil, err
	}
	return c.await(ctx, k, id)
}

// enter takes the turn, which a receive from c.turn gives back.
func (c *Client) enter(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.done:
		return c.Err()
	}
}

// send sends a request, once there is room for it. The caller has the turn.
func (c *Client) send(ctx context.Context, r wireRequest, event func(*wireAnswer)) (*call, uint64, error) {
	c.mu.Lock()
	c.last++
	r.ID = c.last
	c.mu.Unlock()
	line, err := requestLine(r)
	if err != nil {
		return nil, 0, err
	}
	if most := c.hello.line; most > 0 && len(line) > most {
		return nil, 0, &Error{Code: "session", Message: fmt.Sprintf("the request has %s bytes, and the server takes %s; ask in parts: x = …", text.Thousands(len(line)), text.Thousands(most))}
	}
	k := &call{size: len(line), answer: make(chan *wireAnswer, 1), event: event}
	for !c.add(k, r.ID) {
		select {
		case <-c.room:
		case c.reads <- struct{}{}:
			c.read(ctx, func() bool { return len(c.room) > 0 })
		case <-ctx.Done():
			return nil, 0, context.Cause(ctx)
		case <-c.done:
			return nil, 0, c.Err()
		}
	}
	if err := c.writeLine(ctx, line); err != nil {
		c.forget(k, r.ID)
		return nil, 0, err
	}
	return k, r.ID, nil
}

// add has k wait for its answer, unless too much does.
func (c *Client) add(k *call, id uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ahead > 0 && c.ahead+k.size > maxAhead {
		return false
	}
	c.ahead += k.size
	c.calls[id] = k
	return true
}

// forget undoes add for a request that was not sent.
func (c *Client) forget(k *call, id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[id] == k {
		delete(c.calls, id)
		c.ahead -= k.size
	}
}

// writeLine writes a line, or nothing if ctx ends while another line is being written. A part of one is of no use: an error ends the connection. So a server that
// reads has cancelGrace to take the line of a request whose ctx ends meanwhile: the others go on.
func (c *Client) writeLine(ctx context.Context, line []byte) error {
	select {
	case c.write <- struct{}{}:
		defer func() { <-c.write }()
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.done:
		return c.Err()
	}
	if err := c.Err(); err != nil {
		return err
	}
	c.conn.SetWriteDeadline(time.Now().Add(stuckAfter))
	if ctx.Done() != nil {
		defer interrupt(ctx, c.conn.SetWriteDeadline, cancelGrace)()
	}
	_, err := c.conn.Write(line)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	c.fail(fmt.Errorf("telnet: the server did not take a request: %w", err))
	return c.Err()
}

// await waits for the answer to a request. If ctx ends first, it has the server give up the request.
func (c *Client) await(ctx context.Context, k *call, id uint64) (*wireAnswer, error) {
	defer k.leave()
	a, err := c.wait(ctx, k)
	if a != nil || err != nil {
		return a, err
	}
	c.cancel(id)
	grace, end := context.WithTimeout(context.WithoutCancel(ctx), cancelGrace)
	defer end()
	switch a, err = c.wait(grace, k); {
	case err != nil || a == nil:
		return nil, context.Cause(ctx)
	case a.Error != nil && a.Error.Code == "cancelled":
		err := a.Error.error()
		err.Err = context.Cause(ctx)
		return nil, err
	}
	return a, nil
}

// wait waits for the answer to k, and reads if nobody else does. It returns neither an answer nor an
// error if ctx ends first.
func (c *Client) wait(ctx context.Context, k *call) (*wireAnswer, error) {
	for {
		select {
		case a := <-k.answer:
			return a, nil
		default:
		}
		select {
		case a := <-k.answer:
			return a, nil
		case c.reads <- struct{}{}:
			c.read(ctx, func() bool { return len(k.answer) > 0 })
		case <-c.done:
			return c.late(k)
		case <-ctx.Done():
			return nil, nil
		}
	}
}

// late returns the answer that came just before the end of the connection, or why that has ended.
func (c *Client) late(k *call) (*wireAnswer, error) {
	select {
	case a := <-k.answer:
		return a, nil
	default:
		return nil, c.Err()
	}
}

// cancel has the server give up a request. It does not wait.
func (c *Client) cancel(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.work.Go(func() { c.writeLine(context.Background(), fmt.Appendf(nil, "{\"cancel\":%d}\n", id)) })
	}
}

// requestLine returns r as a line. Most requests are an expression and nothing else, which is written
// in a fraction of the time.
func requestLine(r wireRequest) ([]byte, error) {
	if r.Eval != nil && r == (wireRequest{ID: r.ID, Eval: r.Eval}) {
		expr, err := json.Marshal(*r.Eval)
		line := make([]byte, 0, len(expr)+40)
		line = append(strconv.AppendUint(append(line, `{"id":`...), r.ID, 10), `,"eval":`...)
		return append(append(line, expr...), "}\n"...), err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b) // ends with a newline
	e.SetEscapeHTML(false)
	err := e.Encode(r)
	return b.Bytes(), err
}
