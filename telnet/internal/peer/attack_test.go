package peer

import _ "github.com/sightglass-go/sightglass/internal/attack" // go test ./... hands the flag to each package
