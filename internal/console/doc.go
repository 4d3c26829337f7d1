// Package console holds one session with a person or a program over a stream of bytes: banner,
// prompt, commands, answers, and a line editor for those whose terminal can use one. It knows no
// socket and no terminal device; bytes come in, bytes go out.
//
//	s := console.New(eval.NewSession(reg, limits), out, limits)
//	t := console.Attach(ctx, s, out, ended)
//	t.Start()          // banner and prompt
//	t.Feed(bytes)      // what the peer sent
//
// Session is the half without a terminal: Do runs one line and writes its answer. Who edits lines
// elsewhere (the demo at its own terminal) uses it alone. Terminal is the other half: it makes
// lines of bytes, runs them one after the other, and is told of interrupts and of the stream's end.
//
// A line is a command if its first word is one (see docs/commands.md), or else an expression.
//
// A Terminal is in one of two modes. In line mode (the default) nothing is echoed, no escape
// sequence is written, and a line is what comes before the line's end. With SetEcho(true) it is in
// character mode, and edits lines with history and completion.
//
// What comes in while a line is being evaluated is held, and taken up after the next prompt. Only
// an interrupt is seen at once: it ends the evaluation, stops the output and drops what is held.
//
// Between lines nothing runs and nothing is held but the session's variables and history: a
// waiting Terminal has no goroutine of its own.
package console
