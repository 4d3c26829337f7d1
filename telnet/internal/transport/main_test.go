package transport

import (
	"testing"

	"go.uber.org/goleak"

	_ "github.com/sightglass-go/sightglass/internal/attack" // go test ./... hands the flag to each package
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
