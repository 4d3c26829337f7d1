package client

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
func (e usageError) ExitCode() int { return exitUsage }

func misused(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// failure is an error of this side, after an answer came.
type failure struct{ error }

func (f failure) ExitCode() int { return exitError }

func failed(format string, args ...any) error { return failure{fmt.Errorf(format, args...)} }

// unmet is the error of a condition that does not hold.
type unmet struct{ source string }

func (u unmet) Error() string { return u.source + " does not hold" }
func (u unmet) ExitCode() int { return exitError }

// exitCode returns the exit code for the error of a command.
func exitCode(err error) int {
	var known interface{ ExitCode() int }
	var answered *telnet.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &known):
		return known.ExitCode()
	case errors.Is(err, context.DeadlineExceeded):
		return exitTimedOut
	case errors.Is(err, context.Canceled):
		return exitInterrupt
	case errors.Is(err, telnet.ErrDenied):
		return exitRefused
	case errors.As(err, &answered):
		return exitError
	}
	return exitNoConnect
}

// errorText returns what is told of an error.
func errorText(err error) string {
	var answered *telnet.Error
	if errors.As(err, &answered) && errors.Is(err, context.DeadlineExceeded) {
		return "--timeout has passed: " + answered.Message
	}
	if errors.As(err, &answered) && answered.Code != "denied" {
		return answered.Code + ": " + answered.Message
	}
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return text.EscapeLines(strings.TrimPrefix(err.Error(), "telnet: "))
}
