package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// The exit codes, as docs/client.md has them.
const (
	exitOK        = 0
	exitError     = 1 // the process answered with an error, or a condition does not hold
	exitUsage     = 2
	exitNoConnect = 3 // nothing answers there, or it is no window, or the connection was lost
	exitRefused   = 4 // the server does not let this user in
	exitTimedOut  = 5
	exitInterrupt = 130 // Ctrl-C, as shells have it
)

// usageError is a mistake in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func misused(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// failure is an error of this side, after an answer came.
type failure struct{ error }

func failed(format string, args ...any) error { return failure{fmt.Errorf(format, args...)} }

// unmet is the error of a condition that does not hold.
type unmet struct{ source string }

func (u unmet) Error() string { return u.source + " does not hold" }

// exitCode returns the exit code for the error of a command.
func exitCode(err error) int {
	var usage usageError
	var fail failure
	var no unmet
	var some partly
	var answered *telnet.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &some):
		return some.code
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, context.DeadlineExceeded):
		return exitTimedOut
	case errors.Is(err, context.Canceled):
		return exitInterrupt
	case errors.Is(err, telnet.ErrDenied):
		return exitRefused
	case errors.As(err, &answered), errors.As(err, &fail), errors.As(err, &no):
		return exitError
	}
	return exitNoConnect
}

// errorText returns what is told of an error.
func errorText(err error) string {
	var answered *telnet.Error
	if errors.As(err, &answered) && answered.Code != "denied" {
		return answered.Code + ": " + answered.Message
	}
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return text.EscapeLines(strings.TrimPrefix(err.Error(), "telnet: "))
}
