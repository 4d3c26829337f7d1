//go:build !linux

package pace

import (
	"errors"
	"time"
)

// timer is of Linux alone.
type timer struct{}

func newTimer() *timer { return nil }

func (*timer) wait(time.Duration) error { return errors.ErrUnsupported }

func (*timer) close() {}
