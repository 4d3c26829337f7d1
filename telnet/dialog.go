package telnet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/telnet/internal/protocol"
)

// maxAnswer bounds an answer, in bytes: more than any password or token has.
const maxAnswer = 4 << 10

// maxEarly is how much is held of what comes in before the session begins, as its lines are sent
// behind the password by a script.
const maxEarly = 64 << 10

var (
	errAnswerTooLong = errors.New("the answer is too long")
	errEarly         = errors.New("too much was sent before the session began")
)

// dialog is what is asked of the user beside the session: who they are, and whether they mean it.
// What comes in is an answer while there is a question; else it is the session's, or is held as
// long as that has not begun.
type dialog struct {
	out  io.Writer
	over <-chan struct{} // the session is, and nobody answers any more

	mu       sync.Mutex
	echo     bool // ours, of what is typed
	begun    bool // the session
	held     []byte
	eof      bool // nothing more will come in
	question *question
}

type question struct {
	secret bool
	text   []byte
	answer chan answer // for one
}

type answer struct {
	text string
	err  error
}

// ask shows a question and waits for the line in answer. One question is asked at a time.
func (d *dialog) ask(ctx context.Context, text string, secret bool) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	q := &question{secret: secret, answer: make(chan answer, 1)}
	d.mu.Lock() // from before it is shown: a quick answer is not the session's
	if _, err := io.WriteString(d.out, text); err != nil {
		d.mu.Unlock()
		return "", err
	}
	d.question = q
	d.held = d.answer(d.held)
	if d.question != nil && d.eof {
		d.settle("", ErrUnanswered)
	}
	d.mu.Unlock()
	select {
	case a := <-q.answer:
		return a.text, a.err
	case <-ctx.Done():
		d.withdraw()
		return "", context.Cause(ctx)
	case <-d.over:
		d.withdraw()
		return "", ErrUnanswered
	}
}

// withdraw ends a question that nobody answers any more.
func (d *dialog) withdraw() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.question != nil && d.echo {
		io.WriteString(d.out, "\n")
	}
	d.question = nil
}

// asks reports whether the user is being asked something.
func (d *dialog) asks() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.question != nil
}

// take takes what came in and returns what is the session's of it.
func (d *dialog) take(p []byte) (rest []byte, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	rest = d.answer(p)
	if d.begun {
		return rest, nil
	}
	if len(d.held)+len(rest) > maxEarly {
		return nil, errEarly
	}
	d.held = append(d.held, rest...)
	return nil, nil
}

// interrupt ends a question without an answer; false if an interrupt is the session's matter.
func (d *dialog) interrupt() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.question != nil {
		d.settle("", ErrUnanswered)
		return true
	}
	return !d.begun
}

// end says that nothing more comes in; false if that is the session's matter.
func (d *dialog) end() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.eof = true
	if d.question != nil {
		d.settle("", ErrUnanswered)
	}
	return !d.begun
}

// begin hands over to the session: start is given what came in for it by then, whether that was
// all, and who echoes.
func (d *dialog) begin(start func(early []byte, eof, echo bool)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begun = true
	start(d.held, d.eof, d.echo)
	d.held = nil
}

// setEcho says whether the echo is ours; session tells the session, if that has begun.
func (d *dialog) setEcho(on bool, session func(on bool)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.echo = on
	if d.begun {
		session(on)
	}
}

func (d *dialog) echoes() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.echo
}

func (d *dialog) hasBegun() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.begun
}

// settle answers the question.
func (d *dialog) settle(text string, err error) {
	if d.echo {
		io.WriteString(d.out, "\n")
	}
	clear(d.question.text[:cap(d.question.text)])
	d.question.answer <- answer{text, err}
	d.question = nil
}

// answer gives p to the question, up to the end of its line, and returns the rest. The caller holds d.mu.
func (d *dialog) answer(p []byte) (rest []byte) {
	for d.question != nil && len(p) > 0 {
		q, b := d.question, p[0]
		p = p[1:]
		switch {
		case b == '\n':
			d.settle(string(q.text), nil)
		case b == protocol.KeyInterrupt, b == protocol.KeyEnd && len(q.text) == 0:
			d.settle("", ErrUnanswered)
		case b == protocol.KeyBackspace || b == protocol.KeyDelete:
			_, n := utf8.DecodeLastRune(q.text)
			d.erase(q, n)
		case b == protocol.KeyKill:
			d.erase(q, len(q.text))
		case b < ' ':
		case len(q.text) == maxAnswer:
			d.settle("", errAnswerTooLong)
		default:
			q.text = append(q.text, b)
			if d.echo && !q.secret && utf8.Valid(q.text) {
				d.show(q.text)
			}
		}
	}
	return p
}

// show writes the last character of text.
func (d *dialog) show(text []byte) {
	_, n := utf8.DecodeLastRune(text)
	d.out.Write(text[len(text)-n:])
}

// erase removes the last n bytes of the answer.
func (d *dialog) erase(q *question, n int) {
	gone := q.text[len(q.text)-n:]
	if d.echo && !q.secret {
		d.out.Write(bytes.Repeat([]byte("\b \b"), utf8.RuneCount(gone)))
	}
	clear(gone)
	q.text = q.text[:len(q.text)-n]
}
