package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Output is what a Terminal writes to. Write may block on the peer, and turns a newline into
// whatever begins a new line there.
type Output interface {
	io.Writer
	// Flush blocks until everything written was sent or discarded, or cannot be sent.
	Flush() error
	// Discard drops what was written and not sent yet, calls then before it lets anybody write
	// again, and returns the number of bytes dropped. It never blocks.
	Discard(then func()) int
	// Mute drops everything written from now on, until it is called with false.
	Mute(on bool)
	// Hold has what is written from now on wait for Release or Flush, so that it is sent in one
	// piece. It reports false, and does nothing, while other things wait to be sent. Neither blocks.
	Hold() bool
	Release()
}

// bye is the last line of a session that the user ends.
const bye = "bye"

// maxHeld bounds the input held during an evaluation, in bytes: some long scripts. When it is
// reached Feed blocks, and with it the sender.
const maxHeld = 256 << 10

// PanicError ends a session that panicked. It is a bug in this package or below it.
type PanicError struct {
	Value any    // what recover returned; nil after runtime.Goexit
	Stack []byte // of the goroutine that panicked
}

// newPanic returns value, which recover returned, with the current stack. A PanicError stays as it
// is.
func newPanic(value any) *PanicError {
	if fault, ok := value.(*PanicError); ok {
		return fault
	}
	return &PanicError{value, debug.Stack()}
}

func (e *PanicError) Error() string { return fmt.Sprintf("session panicked: %v", e.Value) }

// Terminal splits the bytes that it is fed into lines, runs one line after the other, and prompts
// between them. Its methods may be called from any goroutine. Only Run, Feed, and the methods that
// write to the Output, may block while a line is evaluated.
type Terminal struct {
	session *Session
	out     Output
	// lent is set if lines wait for somebody to call Run. See LendRun.
	lent bool
	// unread reports whether there is input that was not fed yet. It may be nil. See SetUnread.
	unread func() bool
	// ended is called once, after done is closed. It may be nil.
	ended func()
	// together is set during a line, by the goroutine in run, when a short answer waits for the
	// prompt behind it.
	together bool
	// ctx is the parent of the context of each line. stop cancels it, with the reason for the end.
	ctx  context.Context
	stop context.CancelCauseFunc
	// done is closed by finish, under mu. From then on nothing is read, run or written.
	done chan struct{}
	// ending is set by Shutdown before it takes mu, so that whoever holds mu stops looking at keys.
	ending atomic.Bool

	// mu guards everything below.
	mu sync.Mutex
	// room is signaled when held shrinks, and when nothing will take from it any more.
	room sync.Cond

	// decoder holds the beginning of a key or character whose last bytes have not come in yet.
	decoder decoder
	// editor holds the line being typed and what it writes to the screen. show sends the latter.
	editor editor
	// held is the input that came in while doing was not idle, at most maxHeld bytes, in order.
	held typeahead
	// farewell is the last line that Shutdown wants, "" before Shutdown.
	farewell string
	// err is why the session ended, nil if the user or Shutdown ended it. finish sets it once.
	err error

	// doing is what the goroutine in run does. There is such a goroutine unless doing is idle, or
	// begun waits for one.
	doing work
	// eof is set by EOF. Input after it is ignored.
	eof bool
	// muted is set while AbortOutput keeps the rest of the current line's output from the peer.
	muted bool
	// begun is a job for the next Run; its work is idle if there is none.
	begun job
	// since is when doing last became completing or evaluating.
	since time.Time
	// job is the context of the line being completed or evaluated. cancel ends it. If nothing did,
	// it is the next line's too.
	job    context.Context
	cancel context.CancelFunc
	// dropped counts the bytes of output of the current line that interrupts have discarded.
	dropped int
	// pause is where a long answer waits for a key, nil if none does. See page.
	pause *pause

	// between, if not nil, is called where next unlocks mu, for tests to interrupt there.
	between func()
}

// work is what the goroutine in run does.
type work uint8

const (
	idle       work = iota // there is none
	reading                // looks at the keys that were held
	completing             // completes a line, which stays on the screen
	evaluating             // evaluates a line: only the answer may be written
)

// job is a line to evaluate, or to complete at pos.
type job struct {
	work work // idle: no job
	line string
	pos  int
}

// keysAtOnce bounds the held bytes that next looks at before it lets others lock mu, to interrupt.
const keysAtOnce = 128

// Attach returns a terminal for s, whose writer is out. Ending ctx cancels the line being run and
// ends the session. ended, if not nil, is called once, after Done's channel is closed and before
// Err returns; it must not block.
func Attach(ctx context.Context, s *Session, out Output, ended func()) *Terminal {
	t := &Terminal{session: s, out: out, ended: ended, done: make(chan struct{})}
	t.ctx, t.stop = context.WithCancelCause(ctx)
	t.room.L = &t.mu
	t.editor = editor{max: s.limits.Line, nesting: s.limits.Nesting, history: &s.history, label: s.Prompt, program: s.inJSON}
	t.editor.screen.width, t.editor.screen.rows = defaultWidth, defaultHeight
	s.pager = t
	s.ends = func() { t.together = out.Hold() }
	s.restyle(func(st *style) { st.keyed = true })
	return t
}

// Start writes the banner and the first prompt.
func (t *Terminal) Start() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over() {
		return
	}
	t.editor.screen.put(t.session.Banner() + "\n")
	t.editor.begin()
	t.show()
}

// Done returns a channel that is closed when the session is over and has written everything to the
// Output.
func (t *Terminal) Done() <-chan struct{} { return t.done }

// Err returns why the session ended, once Done is closed: nil if the user or Shutdown ended it.
func (t *Terminal) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Feed takes input. While a line is evaluated, it acts on Ctrl-C and holds the rest; it blocks when
// too much is held. Input after EOF or after the end of the session is ignored.
func (t *Terminal) Feed(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(p) > 0 && !t.eof && !t.ends() {
		if t.doing != idle {
			p = t.hold(p)
			continue
		}
		n, j := t.keys(p)
		p = p[n:]
		if j.work != idle {
			p = t.start(j, p)
		}
	}
}

// ends reports whether to stop looking at keys: the session is over, or somebody waits to end it.
func (t *Terminal) ends() bool { return t.ending.Load() || t.ctx.Err() != nil || t.over() }

// hold keeps what it can of p for later and returns the rest. With no room it waits for some.
func (t *Terminal) hold(p []byte) []byte {
	if t.pause != nil {
		return p[t.turn(p):]
	}
	if i := bytes.LastIndexByte(p, byteInterrupt); i >= 0 {
		t.interrupt()
		return p[i+1:]
	}
	if t.pausesWatch(p) || t.endsWatch(p) {
		return nil
	}
	n := min(len(p), maxHeld-len(t.held.bytes))
	if n == 0 {
		t.room.Wait()
	}
	t.held.add(p[:n], t.heldLine)
	t.note()
	return p[n:]
}

// heldLine looks at a line that waits for its turn.
func (t *Terminal) heldLine(line []byte) {
	if t.session.inJSON() {
		t.session.cancelHeld(line)
	}
}

// note tells the session whether the held input ends a watch. In character mode any input does. In
// line mode only an empty line does, since a program may have sent its next lines ahead.
func (t *Terminal) note() {
	t.session.setAhead(t.held.empty > 0 || t.editor.echo && len(t.held.bytes) > 0)
}

// pausesWatch reports whether p was the key that pauses the running watch, or has it go on.
func (t *Terminal) pausesWatch(p []byte) bool {
	return t.editor.echo && string(p) == "p" && len(t.held.bytes) == 0 && t.session.pauseWatch()
}

// endsWatch reports whether p was a single key or an empty line that ended the running watch. That
// is all it meant; longer input is held, as it may be the next line.
func (t *Terminal) endsWatch(p []byte) bool {
	alone := string(p) == "\n" || string(p) == "\r\n"
	if t.editor.echo {
		var d decoder
		keys := 0
		for _, b := range p {
			keys += len(d.decode(b))
		}
		alone = keys == 1
	}
	return alone && len(t.held.bytes) == 0 && t.session.setAhead(true)
}

// keys gives p to the editor, up to the first key that makes a job, and returns the number of bytes
// that took. Once a line is too long it skips all keys but those that may end it.
func (t *Terminal) keys(p []byte) (n int, j job) {
	defer t.show()
	typed := false
	for n < len(p) && !t.ends() {
		if t.editor.refuses() && t.decoder.between() && p[n] >= ' ' && p[n] < 0x7f {
			n++
			continue
		}
		typed = true
		keys := t.decoder.decode(p[n])
		n++
		for _, k := range keys {
			if j = t.key(k); j.work != idle {
				return n, j
			}
		}
	}
	if typed && !t.ends() {
		t.editor.refresh()
	}
	return n, j
}

// key gives k to the editor and returns the job that it makes.
func (t *Terminal) key(k key) (j job) {
	e := &t.editor
	switch e.key(k) {
	case accept:
		if line := e.take(); line != "" {
			return job{work: evaluating, line: line}
		}
		e.begin()
	case completes:
		e.refresh()
		line, pos := e.line()
		return job{completing, line, pos}
	case tooLong:
		t.refuse()
		e.begin()
	case interrupt:
		t.dropLine()
	case leave:
		e.refresh() // what was erased in the same packet
		t.leave(bye)
	}
	return j
}

// refuse tells the user that the line is too long.
func (t *Terminal) refuse() {
	t.tell(fmt.Sprintf("the line is longer than %s bytes and was not evaluated; ask in parts: x = …", text.Thousands(t.editor.limit())))
}

// tell writes a line that answers nothing: an object in JSON mode, like each line there.
func (t *Terminal) tell(text string) {
	if t.session.inJSON() {
		text = string(marshal(errorReply(codeSession, "%s", text).versioned()))
	}
	t.editor.screen.put(text + "\n")
}

// dropLine discards the line being typed and prompts again.
func (t *Terminal) dropLine() {
	t.belowLine("^C")
	t.editor.endPaste()
	t.editor.begin()
}

// belowLine moves the cursor below the line being typed.
func (t *Terminal) belowLine(note string) {
	switch {
	case t.editor.fromProgram():
	case t.editor.echo:
		t.editor.leaveLine(note)
	default:
		t.editor.screen.put("\n")
	}
}

// leave writes a last line and ends the session.
func (t *Terminal) leave(farewell string) {
	t.editor.screen.hideBelow()
	t.editor.screen.markPastes(false)
	if farewell != bye || !t.session.inJSON() {
		t.tell(farewell)
	}
	t.show()
	t.finish(nil)
}

// show writes what the editor has put on the screen.
func (t *Terminal) show() {
	if p := t.editor.screen.take(); len(p) > 0 {
		if _, err := t.out.Write(p); err != nil {
			t.finish(err)
		}
	}
}

// LendRun has lines wait for a call of Run instead of a goroutine of their own. It must be called
// before anything is fed. From then on whoever calls Feed or EOF has to call Run soon: until then
// the session cannot end.
func (t *Terminal) LendRun() { t.lent = true }

// SetUnread has the pager ask whether there is input that was not fed yet, as there may be while who
// feeds the terminal is in Run. unread must not block. SetUnread must be called before anything is
// fed.
func (t *Terminal) SetUnread(unread func() bool) { t.unread = unread }

// Waits reports whether there is something for Run to run.
func (t *Terminal) Waits() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.begun.work != idle
}

// Run runs what Feed and EOF have begun, if anything. Others should feed the terminal meanwhile.
func (t *Terminal) Run() {
	t.mu.Lock()
	j := t.begun
	t.begun = job{}
	t.mu.Unlock()
	if j.work != idle {
		t.run(j)
	}
}

// start has Run run j, in a goroutine unless that is lent. The input behind j is held before the
// session can ask whether there is any; start returns what cannot be held.
func (t *Terminal) start(j job, behind []byte) []byte {
	t.begin(j)
	t.begun = j
	if len(behind) > 0 {
		behind = t.hold(behind)
	}
	if !t.lent {
		go t.Run()
	}
	return behind
}

func (t *Terminal) begin(j job) {
	t.doing = j.work
	t.since, t.dropped, t.muted = time.Now(), 0, false
	t.note()
	if t.job == nil || t.job.Err() != nil {
		t.job, t.cancel = context.WithCancel(t.ctx)
	}
}

// run runs j, and then the jobs in the held input. It returns after the last: a session that waits
// for input has no goroutine.
func (t *Terminal) run(j job) {
	ok := true
	defer func() {
		if ok {
			fault := newPanic(recover()) // nil after runtime.Goexit
			t.mu.Lock()
			defer t.mu.Unlock()
			t.finish(fault)
		}
	}()
	for ok {
		switch j.work {
		case completing:
			found := t.session.Complete(t.job, j.line, j.pos)
			j = t.completed(found)
		default:
			err := t.session.Do(t.job, j.line)
			var flushed error
			together := t.together
			if t.together = false; !together {
				flushed = t.out.Flush()
			}
			j = t.evaluated(err, flushed)
			if together {
				t.out.Release()
			}
		}
		ok = j.work != idle
	}
}

// completed shows what a completion found and returns the next job. If the completion was
// interrupted, it drops the line, as an interrupt at the prompt does.
func (t *Terminal) completed(found []eval.Completion) job {
	t.mu.Lock()
	defer t.mu.Unlock()
	cut := t.job.Err() != nil
	t.cancel()
	switch {
	case t.farewell != "":
		t.belowLine("")
		t.leave(t.farewell)
	case t.ctx.Err() != nil:
		t.finish(context.Cause(t.ctx))
	case t.over():
	case cut:
		t.dropLine()
	case t.editor.echoes():
		t.editor.propose(found)
		t.editor.refresh()
	}
	if t.over() {
		return job{}
	}
	t.show()
	return t.next()
}

// evaluated ends an evaluation with the errors of Do and Flush, prompts, and returns the next job.
func (t *Terminal) evaluated(err, flushed error) job {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.muted {
		t.out.Mute(false)
	}
	cut := t.muted || t.dropped > 0 || err != nil && t.job.Err() != nil && errors.Is(err, t.job.Err())
	switch {
	case errors.Is(err, ErrQuit):
		t.leave(bye)
	case flushed != nil:
		t.finish(flushed)
	case t.farewell != "":
		t.leave(t.farewell)
	case t.ctx.Err() != nil:
		t.finish(context.Cause(t.ctx))
	case err != nil && !cut:
		t.finish(err)
	}
	if t.over() {
		return job{}
	}
	if cut {
		t.editor.screen.put(t.stopped())
	}
	t.editor.begin()
	return t.next()
}

// next looks at the held input and returns the first job in it. It unlocks mu every keysAtOnce
// bytes, so that others can interrupt.
func (t *Terminal) next() (j job) {
	t.doing = reading
	t.show()
	for len(t.held.bytes) > 0 && j.work == idle && !t.ends() {
		var n int
		n, j = t.keys(t.held.bytes[:min(len(t.held.bytes), keysAtOnce)])
		t.held.drop(n)
		t.room.Broadcast()
		if j.work == idle {
			t.mu.Unlock()
			if t.between != nil {
				t.between()
			}
			t.mu.Lock()
		}
	}
	if j.work == idle && t.eof {
		j = t.last()
	}
	if t.doing = idle; j.work != idle {
		t.begin(j)
	} else {
		t.session.cancelsDone()
	}
	return j
}

// stopped returns the note that an interrupt cut the answer.
func (t *Terminal) stopped() string {
	if t.session.inJSON() {
		return "\n" + string(marshal(errorReply(codeSession, "the answer before was stopped").versioned())) + "\n"
	}
	reset := ""
	if t.session.currentStyle().color.value() {
		reset = "\x1b[0m"
	}
	return reset + "\n… the output was stopped here\n"
}

// last returns the job at the end of input, and ends the session if there is none. In line mode
// the last line needs no newline.
func (t *Terminal) last() (j job) {
	if t.ends() {
		return j
	}
	if e := &t.editor; !e.echoes() && e.over {
		t.refuse()
	} else if !e.echoes() && len(e.text) > 0 {
		return job{work: evaluating, line: e.take()}
	} else if len(e.text) > 0 {
		e.leaveLine("")
	}
	t.leave(bye)
	return j
}

// Interrupt cancels the evaluation and drops its output, or cancels the completion and drops its
// line; either way it drops the held input. At the prompt it drops the line being typed.
func (t *Terminal) Interrupt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.over() || t.eof:
	case t.doing != idle:
		t.interrupt()
	default:
		t.dropLine()
		t.show()
	}
}

// interrupt is Interrupt while run does something.
func (t *Terminal) interrupt() {
	switch t.doing {
	case evaluating:
		if t.pause != nil {
			t.decide(leftLine)
			break
		}
		t.dropped += t.out.Discard(t.cancel) // in one: that it was cancelled is not to be dropped
	case completing:
		t.cancel()
	case reading:
		t.dropLine()
		t.show()
	}
	t.held, t.decoder = typeahead{}, decoder{}
	t.editor.endPaste()
	t.room.Broadcast()
}

// AbortOutput drops the output of the current evaluation, and lets it run. Held input stays.
func (t *Terminal) AbortOutput() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.doing == evaluating && !t.over() {
		if t.pause != nil {
			t.decide(leftAnswer)
		}
		t.muted = true
		t.out.Discard(func() {})
		t.out.Mute(true)
	}
}

// EOF tells that no more input will come. The session answers what came in, and ends.
func (t *Terminal) EOF() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.eof || t.over() {
		return
	}
	t.eof = true
	if t.pause != nil {
		t.decide(theRest) // nobody will turn pages
	}
	if t.doing != idle {
		return
	}
	if j := t.last(); j.work != idle {
		t.start(j, nil)
	}
}

// Hangup tells that the peer is gone, for the reason err. It cancels the evaluation and ends the
// session.
func (t *Terminal) Hangup(err error) {
	t.stop(err) // the lock may be with somebody who waits for the peer
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.working() {
		t.finish(err)
	}
}

// Shutdown cancels the evaluation and ends the session, with why as its last line.
func (t *Terminal) Shutdown(why string) {
	t.ending.Store(true) // the lock may be with somebody who has many keys to look at
	t.mu.Lock()
	defer t.mu.Unlock()
	t.farewell = why
	switch {
	case t.over():
	case t.working():
		t.interrupt()
	default:
		t.belowLine("")
		t.leave(why)
	}
}

// Say writes a line that answers nothing, above the line being typed. In JSON mode, where each line
// is an answer, it writes nothing.
func (t *Terminal) Say(text string) {
	t.mu.Lock()
	program := t.session.inJSON()
	if t.pause != nil {
		defer t.mu.Unlock()
		t.editor.screen.erase()
		t.editor.screen.put(text + "\n")
		t.editor.screen.begin("")
		t.showPause()
		return
	}
	if busy := t.doing == evaluating; busy || program || t.over() {
		t.mu.Unlock()
		if busy && !program {
			t.session.say(text + "\n") // a failure shows at the end of the line
		}
		return
	}
	defer t.mu.Unlock()
	t.editor.interject(text + "\n")
	t.show()
}

// Evaluating returns how long the current line has been evaluated or completed; ok is false at the
// prompt, and at that of the pager.
func (t *Terminal) Evaluating() (d time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Since(t.since), t.working() && t.pause == nil
}

// working reports whether run evaluates or completes a line. If so, run also ends the session when
// it is to end.
func (t *Terminal) working() bool { return t.doing == evaluating || t.doing == completing }

// SetEcho switches to character mode, or back to line mode. It keeps what was typed so far.
func (t *Terminal) SetEcho(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.session.SetEchoed(on)
	t.editor.setEcho(on)
	if t.pause != nil && !on {
		t.decide(theRest)
	}
	t.redraw()
}

// SetSize sets the columns and rows of the terminal; 0 means that they are unknown.
func (t *Terminal) SetSize(columns, rows int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.session.SetWidth(columns)
	t.session.SetHeight(rows)
	if columns <= 0 {
		columns = defaultWidth
	}
	t.editor.screen.rows = t.session.currentStyle().height
	if t.pause != nil {
		t.editor.screen.resize(columns)
		t.editor.screen.begin("")
		t.showPause()
		return
	}
	if t.doing == evaluating {
		t.editor.screen.width = columns // there is no line to show anew
		return
	}
	t.editor.resize(columns)
	t.redraw()
}

func (t *Terminal) redraw() {
	if t.doing != evaluating && !t.over() {
		t.editor.refresh()
		t.show()
	}
}

// SetType sets the terminal's name, as in RFC 1010 or terminfo. A capable terminal gets colors and
// is asked to bracket what is pasted.
func (t *Terminal) SetType(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	can := capable(name)
	t.session.SetColor(can)
	t.session.restyle(func(st *style) { st.dumb = name != "" && powerless(name) })
	t.editor.screen.markPastes(can)
	t.redraw()
}

// capable reports whether a terminal of that type can do more than a VT100, as nearly all can that
// tell their type.
func capable(name string) bool {
	name = strings.ToLower(name)
	return !powerless(name) && !strings.HasPrefix(name, "vt") && !strings.HasPrefix(name, "dec-vt")
}

// powerless reports whether a terminal of that type may be anything.
func powerless(name string) bool {
	switch strings.ToLower(name) {
	case "", "dumb", "unknown", "network", "nvt":
		return true
	}
	return false
}

func (t *Terminal) over() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// finish ends the session. The first call decides on err.
func (t *Terminal) finish(err error) {
	if t.over() {
		return
	}
	t.err = err
	t.stop(err)
	t.session.Close()
	close(t.done)
	t.room.Broadcast()
	if t.ended != nil {
		t.ended()
	}
}
