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

// Output is where a Terminal writes. Its Write may wait for the peer; a newline stands for
// whatever begins a new line there.
type Output interface {
	io.Writer
	// Flush waits until what was written is on its way, was discarded, or cannot be sent.
	Flush() error
	// Discard drops what was written and is not on its way yet, calls then before anything more
	// can be written, and returns how many bytes were dropped. It never waits.
	Discard(then func()) int
	// Mute makes it drop all that is written from now on, or no longer.
	Mute(on bool)
}

// bye is the last line of a session that its user ends.
const bye = "bye"

// maxHeld is how much is held of what comes in during an evaluation: some long scripts. Beyond
// it Feed waits, and with it whoever sends.
const maxHeld = 256 << 10

// PanicError is how a session ended that panicked. It is a fault of this program.
type PanicError struct {
	Value any
	Stack []byte
}

// newPanic is what was recovered from a panic, with the stack of where that was; a PanicError is itself.
func newPanic(value any) *PanicError {
	if fault, ok := value.(*PanicError); ok {
		return fault
	}
	return &PanicError{value, debug.Stack()}
}

func (e *PanicError) Error() string { return fmt.Sprintf("session panicked: %v", e.Value) }

// Terminal makes lines of the bytes that it is fed, runs them one after the other, and shows a
// prompt between them. Its methods may be called from any goroutine. None but Feed and those that
// write ever waits for a line that is being evaluated.
type Terminal struct {
	session *Session
	out     Output
	ended   func()
	ctx     context.Context // of all lines
	stop    context.CancelCauseFunc
	done    chan struct{}

	mu       sync.Mutex
	room     sync.Cond // there is less in held, or nobody who would take it
	decoder  decoder
	editor   editor
	held     typeahead
	eof      bool   // nothing more will come in
	farewell string // said by Shutdown
	err      error

	ending  atomic.Bool // no key counts any more
	doing   work        // of run, which is there as long as it is not idle
	since   time.Time
	job     context.Context // of the line being evaluated or completed
	cancel  context.CancelFunc
	dropped int // bytes of output, by an interrupt
	muted   bool

	between func() // if set, is called where next lets others in: tests interrupt there
}

// work is what run does right now.
type work uint8

const (
	idle       work = iota
	reading         // takes up what was held
	completing      // a line, which stays on the screen
	evaluating      // a line: run is to be left to write
)

// A job is what the keys came to: a line to evaluate, or one to complete at pos.
type job struct {
	work work // idle for none
	line string
	pos  int
}

// keysAtOnce is how much of what was held is taken up, in bytes, before somebody else may interrupt.
const keysAtOnce = 128

// Attach puts a terminal before s. out is the writer that s has. ended, if not nil, is called
// once when Done's channel has been closed, and before Err returns; it must not wait. Lines are
// cancelled with ctx.
func Attach(ctx context.Context, s *Session, out Output, ended func()) *Terminal {
	t := &Terminal{session: s, out: out, ended: ended, done: make(chan struct{})}
	t.ctx, t.stop = context.WithCancelCause(ctx)
	t.room.L = &t.mu
	t.editor = editor{max: s.limits.Line, nesting: s.limits.Nesting, history: &s.history, acts: s.level.acts, program: s.inJSON}
	t.editor.screen.width = defaultWidth
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
	t.editor.screen.put(t.session.banner() + "\n")
	t.editor.begin()
	t.show()
}

// Done is closed when the session is over and everything has been written to the Output.
func (t *Terminal) Done() <-chan struct{} { return t.done }

// Err says why the session ended, once Done is closed: nil if the user or a Shutdown ended it.
func (t *Terminal) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Feed takes what came in. While a line is being evaluated it is held, Ctrl-C aside, and when too
// much is held Feed waits. After EOF and after the end it is ignored.
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

// ends reports whether no more keys are to be looked at: the session is over, or somebody waits to end it.
func (t *Terminal) ends() bool { return t.ending.Load() || t.ctx.Err() != nil || t.over() }

// hold holds what it can of p and returns the rest; when it can hold nothing it waits.
func (t *Terminal) hold(p []byte) []byte {
	if i := bytes.LastIndexByte(p, byteInterrupt); i >= 0 {
		t.interrupt()
		return p[i+1:]
	}
	if t.endsWatch(p) {
		return nil
	}
	n := min(len(p), maxHeld-len(t.held.bytes))
	if n == 0 {
		t.room.Wait()
	}
	t.held.add(p[:n])
	t.note()
	return p[n:]
}

// note tells the session if what is held ends a watch: anything does in character mode, in line
// mode only an empty line, since a program may have sent the lines that come next.
func (t *Terminal) note() {
	t.session.SetAhead(t.held.empty > 0 || t.editor.echo && len(t.held.bytes) > 0)
}

// endsWatch reports whether p is a key by itself, or an empty line, that ended the watch that is
// running and means nothing more. What is longer is held: it may be the next line.
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
	return alone && len(t.held.bytes) == 0 && t.session.SetAhead(true)
}

// keys gives p to the editor, up to the first key that makes a job; n is how
// much of p that took. Of a line that is too long already it looks at nothing but what may end it.
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

// key gives k to the editor, and returns the job that it makes.
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
		line, pos := e.place()
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

// refuse says that the line was too long.
func (t *Terminal) refuse() {
	t.tell(fmt.Sprintf("the line is longer than %s bytes and was not evaluated; ask in parts: x = …", text.Thousands(t.editor.limit())))
}

// tell writes a line that is no answer to one: in JSON mode an object, as each line is there.
func (t *Terminal) tell(text string) {
	if t.session.inJSON() {
		text = string(marshal(failed(codeSession, "%s", text).versioned()))
	}
	t.editor.screen.put(text + "\n")
}

// dropLine forgets what was typed and begins anew.
func (t *Terminal) dropLine() {
	t.belowLine("^C")
	t.editor.drop()
	t.editor.begin()
}

// belowLine moves below the line that is being typed.
func (t *Terminal) belowLine(note string) {
	switch {
	case t.editor.fromProgram():
	case t.editor.echo:
		t.editor.leaveLine(note)
	default:
		t.editor.screen.put("\n")
	}
}

// leave ends the session with a last line.
func (t *Terminal) leave(farewell string) {
	t.editor.screen.markPastes(false)
	if farewell != bye || !t.session.inJSON() {
		t.tell(farewell)
	}
	t.show()
	t.finish(nil)
}

// show sends what the editor has to say.
func (t *Terminal) show() {
	if p := t.editor.screen.take(); len(p) > 0 {
		if _, err := t.out.Write(p); err != nil {
			t.finish(err)
		}
	}
}

// start begins a job. What came in behind it is held before
// the session can ask whether anything did; what cannot be held is returned.
func (t *Terminal) start(j job, behind []byte) []byte {
	t.begin(j)
	if len(behind) > 0 {
		behind = t.hold(behind)
	}
	go t.run(j)
	return behind
}

func (t *Terminal) begin(j job) {
	t.doing = j.work
	t.since, t.dropped, t.muted = time.Now(), 0, false
	t.note()
	t.job, t.cancel = context.WithCancel(t.ctx)
}

// run does a job, and those that are held by then. It ends with the last of them: a session
// that waits for input has no goroutine.
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
			flushed := t.out.Flush()
			j = t.evaluated(err, flushed)
		}
		ok = j.work != idle
	}
}

// completed shows what a completion has found, and returns the next job. One that was cancelled takes the
// line with it, as an interrupt at the prompt does.
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

// evaluated ends the evaluation of a line that came to err, prompts, and returns the next job.
func (t *Terminal) evaluated(err, flushed error) job {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.muted {
		t.out.Mute(false)
	}
	cut := t.muted || t.dropped > 0 || err != nil && t.job.Err() != nil && errors.Is(err, t.job.Err())
	t.cancel()
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

// next takes up what is held, and returns the first job of it. Meanwhile t.mu is free now and then, for who
// wants to interrupt.
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
	}
	return j
}

// stopped says that an answer was cut by an interrupt.
func (t *Terminal) stopped() string {
	if t.session.inJSON() {
		return "\n" + string(marshal(failed(codeSession, "the answer before was stopped").versioned())) + "\n"
	}
	reset := ""
	if t.session.currentStyle().color.value() {
		reset = "\x1b[0m"
	}
	return reset + "\n… the output was stopped here\n"
}

// last is what to evaluate at the end of input: in line mode a line without an end is still a
// line. Without one the session is over.
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

// Interrupt ends the evaluation and its output, or a completion and its line, and drops what came in meanwhile.
// Without these it drops what was typed.
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

// interrupt is Interrupt of what run does.
func (t *Terminal) interrupt() {
	switch t.doing {
	case evaluating:
		t.dropped += t.out.Discard(t.cancel) // in one: that it was cancelled is not to be dropped
	case completing:
		t.cancel()
	case reading:
		t.dropLine()
		t.show()
	}
	t.held, t.decoder = typeahead{}, decoder{}
	t.editor.drop()
	t.room.Broadcast()
}

// AbortOutput lets the evaluation run, and drops what it has to say. What came in meanwhile stays.
func (t *Terminal) AbortOutput() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.doing == evaluating && !t.over() {
		t.muted = true
		t.out.Discard(func() {})
		t.out.Mute(true)
	}
}

// EOF says that nothing more will come in. What came in is answered, and then the session ends.
func (t *Terminal) EOF() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.eof || t.over() {
		return
	}
	t.eof = true
	if t.doing != idle {
		return
	}
	if j := t.last(); j.work != idle {
		t.start(j, nil)
	}
}

// Hangup says that the peer is gone, which err tells more of. The evaluation is cancelled.
func (t *Terminal) Hangup(err error) {
	t.stop(err) // the lock may be with somebody who waits for the peer
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.working() {
		t.finish(err)
	}
}

// Shutdown ends the session with a last line that says why. The evaluation is cancelled.
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

// Say writes a line that is no answer, without spoiling a line that is being typed. In JSON mode,
// where each line is an answer, it writes nothing.
func (t *Terminal) Say(text string) {
	t.mu.Lock()
	program := t.session.inJSON()
	if busy := t.doing == evaluating; busy || program || t.over() {
		t.mu.Unlock()
		if busy && !program {
			io.WriteString(t.out, text+"\n") // a failure shows at the end of the line
		}
		return
	}
	defer t.mu.Unlock()
	t.editor.interject(text + "\n")
	t.show()
}

// Evaluating returns for how long the line that is being evaluated has been; ok is false if none is.
func (t *Terminal) Evaluating() (d time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Since(t.since), t.working()
}

// working reports whether run evaluates or completes, and ends the session if that is to end.
func (t *Terminal) working() bool { return t.doing == evaluating || t.doing == completing }

// SetEcho changes to character mode, or back to line mode. What was typed so far stays.
func (t *Terminal) SetEcho(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.session.SetEchoed(on)
	t.editor.setEcho(on)
	t.redraw()
}

// SetSize says how many columns and rows the terminal has; 0 means that it does not tell.
func (t *Terminal) SetSize(columns, rows int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.session.SetWidth(columns)
	t.session.SetHeight(rows)
	if columns <= 0 {
		columns = defaultWidth
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

// SetType says what the terminal calls itself, as RFC 1010 names terminals or terminfo does. It
// is shown colours then, and asked to mark what is pasted, if it is one that can.
func (t *Terminal) SetType(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	can := capable(name)
	t.session.SetColor(can)
	t.editor.screen.markPastes(can)
	t.redraw()
}

// capable reports whether a terminal of that type can do more than a VT100: nearly each can that
// names itself.
func capable(name string) bool {
	switch name = strings.ToLower(name); name {
	case "", "dumb", "unknown", "network", "nvt":
		return false
	}
	return !strings.HasPrefix(name, "vt") && !strings.HasPrefix(name, "dec-vt")
}

func (t *Terminal) over() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// finish ends the session, with the first error that it is told.
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
