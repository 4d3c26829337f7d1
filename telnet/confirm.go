package telnet

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sightglass-go/sightglass/internal/access"
)

// errUnconfirmed refuses an action whose user did not answer yes.
var errUnconfirmed = errors.New("it was not confirmed")

// confirm asks the user whether to run an action. No answer in time means no.
func (c *conn) confirm(ctx context.Context, call *access.Call) error {
	limit := c.server.confirmTime()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it was not confirmed within %v", limit))
	defer cancel()
	answer, err := c.dialog.ask(ctx, shown(call.Text())+" changes the program. Run it? Type yes: ", false)
	switch {
	case err == nil && strings.TrimSpace(answer) == "yes":
		return nil
	case err == nil, errors.Is(err, ErrUnanswered):
		return errUnconfirmed
	}
	return err
}
