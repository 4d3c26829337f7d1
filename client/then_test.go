package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/telnet"
)

// The answers read as what docs/client.md says that they are, without types of this package.
func TestThenReads(t *testing.T) {
	answer := func(value string) answered {
		return answered{target: "a:3000", Answer: &telnet.Answer{Value: json.RawMessage(value), Cost: telnet.Cost{Time: time.Second, Entries: 3}}}
	}
	silent := answered{target: "b:3000", err: errors.New("nobody")}
	for _, tc := range []struct {
		then, want string
	}{
		{"answers", `[
  {target: "a:3000", value: {"n": [1]}, error: "",
   cost: {time: 1s, entries: 3, bytes: 0, waited: 0s}}
  {target: "b:3000", value: nil, error: "nobody",
   cost: {time: 0s, entries: 0, bytes: 0, waited: 0s}}
]
`},
		{"answers[1]", "{\n  target: \"b:3000\"\n  value:  nil\n  error:  \"nobody\"\n  cost:   {time: 0s, entries: 0, bytes: 0, waited: 0s}\n}\n"},
		{"answers[0].cost", "{time: 1s, entries: 3, bytes: 0, waited: 0s}\n"},
		{"map(answers, .value)", "[{\"n\": [1]}, nil]\n"},
		{"keys(groupBy(answers, .value))", "[nil, {\"n\": [1]}]\n"},
		{"answers[0].vlaue", "--then: answers[0] (an answer) has no field vlaue at 1:12; did you mean value?"},
		{"answers[0].cost.tiem", "(a cost) has no field tiem"},
		{"answrs", "did you mean answers?"},
	} {
		var b bytes.Buffer
		e := &evaluate{among: among{Then: tc.then}}
		err := e.then(t.Context(), &b, []answered{answer(`{"n":[1]}`), silent})
		if got := b.String(); err == nil && got != tc.want || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v\n got %s\nwant %s", tc.then, err, got, tc.want)
		}
	}
}
