package eval_test

import (
	"context"
	"fmt"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

type orders struct {
	pending map[string]int // by customer
}

func ExampleSession() {
	reg := registry.New()
	reg.Expose("orders", &orders{pending: map[string]int{"ann": 3, "bob": 12, "cyd": 40}})

	s := eval.NewSession(reg, eval.Limits{})
	for _, line := range []string{
		`count(orders.pending, # > 10)`,
		`busy = sort(map(filter(orders.pending, # > 10), #key))`,
		`busy[0]`,
		`orders.pendin`,
	} {
		r, err := s.Eval(context.Background(), line)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(r.Node.Line(80))
	}
	// Output:
	// 2
	// ["bob", "cyd"]
	// "bob"
	// orders (eval_test.orders) has no field pendin at 1:8; did you mean pending?
}

func ExampleSession_Complete() {
	reg := registry.New()
	reg.Expose("orders", &orders{pending: map[string]int{"ann": 3, "bob": 12}})

	s := eval.NewSession(reg, eval.Limits{})
	for _, line := range []string{`ord`, `orders.pe`, `orders.pending["`} {
		for _, c := range s.Complete(line, len(line)) {
			fmt.Println(line[:c.Start]+c.Text, c.Detail)
		}
	}
	// Output:
	// orders *eval_test.orders
	// orders.pending map[string]int
	// orders.pending["ann"] int
	// orders.pending["bob"] int
}
