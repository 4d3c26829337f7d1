package telnet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/telnet/internal/protocol"
)

// maxAnswer bounds an answer, in bytes: no password or token is longer.
const maxAnswer = 4 << 10

// maxEarly bounds the input held until the session begins, in bytes: a script sends its lines right
// behind the password.
const maxEarly = 64 << 10

var (
	errAnswerTooLong = errors.New("the answer is too long")
	errEarly         = errors.New("too much was sent before the session began")
)

// dialog asks the user questions beside the session: who they are, and whether they mean an action.
// It gets all input first. While there is a question, input answers it; otherwise it is the
// session's, and is held until the session begins.
type dialog struct {
	out  io.Writer       // the screen
	over <-chan struct{} // closed when the session is over: nobody answers any more

	mu       sync.Mutex
	echo     bool      // the client leaves the echo to us
	program  bool      // the client is a program, whose first line was jsonOn
	below    bool      // nothing was written to the program yet: that begins a line of its own
	answered bool      // a question was
	denied   bool      // the answers before the next question were wrong
	begun    bool      // the session
	held     []byte    // input for the session before it begins; at most maxEarly bytes
	eof      bool      // the input has ended
	question *question // nil for none
}

// jsonOn is the first line of a program. If it comes before the session begins, the questions of the
// login are objects too, and the line is the session's first.
const jsonOn = "json on"

type question struct {
	asks   string
	secret bool        // do not echo the answer
	text   []byte      // of the answer so far; at most maxAnswer bytes
	answer chan answer // of capacity 1, so that finish never blocks
}

type answer struct {
	text string
	err  error
}

// ask shows a question and waits for a line in answer. Only one question may be asked at a time.
func (d *dialog) ask(ctx context.Context, text string, secret bool) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	q := &question{asks: text, secret: secret, answer: make(chan answer, 1)}
	d.mu.Lock() // held while the question is written: a quick answer must not become the session's
	d.greet()
	if err := d.write(q); err != nil {
		d.mu.Unlock()
		return "", err
	}
	d.question = q
	d.held = d.edit(d.held)
	if d.question != nil && d.eof {
		d.finish("", ErrUnanswered)
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

// opens reports whether line, which is the client's first if no question was answered, is a program's.
func (d *dialog) opens(line string) bool {
	return !d.begun && !d.answered && !d.program && line == jsonOn
}

// write writes q. The caller holds d.mu.
func (d *dialog) write(q *question) error {
	text := q.asks
	if d.program {
		text = console.LoginQuestion(text, q.secret, d.denied)
	}
	d.denied = false
	return d.say(text)
}

// say writes text, to a program below what came before. The caller holds d.mu.
func (d *dialog) say(text string) error {
	if d.below {
		// In one piece: telnet commands may be sent between two.
		d.below, text = false, "\n"+text
	}
	_, err := io.WriteString(d.out, text)
	return err
}

// greet takes the first line of a program out of the held input, if it is there. The caller holds
// d.mu.
func (d *dialog) greet() {
	line, rest, ok := bytes.Cut(d.held, []byte("\n"))
	if ok && d.opens(string(bytes.TrimSuffix(line, []byte("\r")))) {
		d.held = rest
		d.turnProgram()
	}
}

// turnProgram has everything written as objects from now on, below the offer of options and the
// question for people. The caller holds d.mu.
func (d *dialog) turnProgram() { d.program, d.below = true, true }

// again tells the client that its answers were wrong. A program is told so with the next question.
func (d *dialog) again(why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.denied = true; !d.program {
		io.WriteString(d.out, why+"\n")
	}
}

// deny tells the client why there is no session.
func (d *dialog) deny(why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.greet(); d.program {
		d.say(console.LoginDenial(why))
		return
	}
	io.WriteString(d.out, why+"\n")
}

// withdraw drops the question, if it was not answered meanwhile.
func (d *dialog) withdraw() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.question != nil && d.echo {
		io.WriteString(d.out, "\n")
	}
	d.question = nil
}

// asks reports whether there is a question.
func (d *dialog) asks() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.question != nil
}

// take handles input and returns what of it is for the session now.
func (d *dialog) take(p []byte) (rest []byte, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	rest = d.edit(p)
	if d.begun {
		return rest, nil
	}
	if len(d.held)+len(rest) > maxEarly {
		return nil, errEarly
	}
	d.held = append(d.held, rest...)
	return nil, nil
}

// interrupt ends the question without an answer. It reports false if the interrupt is the
// session's.
func (d *dialog) interrupt() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.question != nil {
		d.finish("", ErrUnanswered)
		return true
	}
	return !d.begun
}

// end notes the end of input. It reports false if the session must be told.
func (d *dialog) end() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.eof = true
	if d.question != nil {
		d.finish("", ErrUnanswered)
	}
	return !d.begun
}

// begin hands over to the session. It calls start with the input held for it, whether that was all,
// and whether the echo is ours.
func (d *dialog) begin(start func(early []byte, eof, echo bool)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begun = true
	if d.program {
		d.held = append([]byte(jsonOn+"\n"), d.held...)
	}
	start(d.held, d.eof, d.echo)
	d.held = nil
}

// setEcho sets whether the echo is ours, and calls session with it if the session has begun.
func (d *dialog) setEcho(on bool, session func(on bool)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.echo = on
	if d.begun {
		session(on)
	}
}

// echoes reports whether the echo is ours.
func (d *dialog) echoes() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.echo
}

// hasBegun reports whether the session has begun.
func (d *dialog) hasBegun() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.begun
}

// finish answers the question. The caller holds d.mu.
func (d *dialog) finish(text string, err error) {
	if d.echo {
		io.WriteString(d.out, "\n")
	}
	d.answered = true
	clear(d.question.text[:cap(d.question.text)])
	d.question.answer <- answer{text, err}
	d.question = nil
}

// edit applies the keys p to the answer, up to the end of its line, and returns the rest. The
// caller holds d.mu.
func (d *dialog) edit(p []byte) (rest []byte) {
	for d.question != nil && len(p) > 0 {
		q, b := d.question, p[0]
		p = p[1:]
		switch {
		case b == '\n' && d.opens(string(q.text)):
			d.turnProgram()
			q.text = q.text[:0]
			d.write(q)
		case b == '\n':
			d.finish(string(q.text), nil)
		case b == protocol.KeyInterrupt, b == protocol.KeyEnd && len(q.text) == 0:
			d.finish("", ErrUnanswered)
		case b == protocol.KeyBackspace || b == protocol.KeyDelete:
			_, n := utf8.DecodeLastRune(q.text)
			d.erase(q, n)
		case b == protocol.KeyKill:
			d.erase(q, len(q.text))
		case b < ' ':
		case len(q.text) == maxAnswer:
			d.finish("", errAnswerTooLong)
		default:
			q.text = append(q.text, b)
			if d.echo && !q.secret && utf8.Valid(q.text) {
				_, n := utf8.DecodeLastRune(q.text)
				d.out.Write(q.text[len(q.text)-n:])
			}
		}
	}
	return p
}

// erase removes the last n bytes of the answer.
func (d *dialog) erase(q *question, n int) {
	erased := q.text[len(q.text)-n:]
	if d.echo && !q.secret {
		d.out.Write(bytes.Repeat([]byte("\b \b"), utf8.RuneCount(erased)))
	}
	clear(erased)
	q.text = q.text[:len(q.text)-n]
}
