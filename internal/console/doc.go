// Package console runs one session with a person or a program over a stream of bytes: banner,
// prompt, commands, answers, and a line editor for terminals that can use one. It knows neither
// sockets nor terminal devices.
//
//	s := console.New(eval.NewSession(reg, limits), out, limits)
//	t := console.Attach(ctx, s, out, ended)
//	t.Start()          // writes the banner and the prompt
//	t.Feed(bytes)      // what the peer has sent
//
// Session is the half without a terminal: Do runs a line and writes its answer. Terminal is the other
// half: it splits bytes into lines, runs one line after the other, and handles interrupts and the end
// of the stream.
//
// A line is a command if its first word names one (see docs/commands.md), and otherwise an
// expression.
//
// A Terminal is in one of two modes. In line mode, the default, it echoes nothing, writes no escape
// sequences and reads lines up to their ends. In character mode, after SetEcho(true), it edits
// lines with history and completion.
//
// Input that arrives while a line is evaluated is held until the next prompt. Only an interrupt
// acts at once: it cancels the evaluation, stops its output and drops the held input.
//
// Each line is run in a goroutine of its own, or by who feeds the terminal: see LendRun. Between
// lines a session keeps its variables and its history, and has no goroutine.
package console
