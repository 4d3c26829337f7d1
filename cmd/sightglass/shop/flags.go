package shop

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"

	"github.com/sightglass-go/sightglass/registry"
)

// Package is the path of this package, whose variables [registry.PackagesIn] shows.
const Package = "github.com/sightglass-go/sightglass/cmd/sightglass/shop"

// Carrier is who brings the parcels.
type Carrier int

const (
	Post Carrier = iota + 1
	Courier
	Bicycle
)

// Flags are package variables, as in most programs. Nothing exposes them where naming the package
// shows them.
var (
	checkoutClosed   atomic.Bool // nobody can buy while it is set
	freeShippingFrom = 80.0      // the value of the goods
	carrier          = Courier
	fees             = map[Carrier]float64{Post: 3.9, Courier: 5.9, Bicycle: 7.5}
	carrierToken     = "tok-" + rand.Text() // made up at each start; opens nothing
)

// ExposeFlags exposes the flags in reg one by one, and says what constants are called: for a binary
// without debug information, and for systems where registry.PackagesIn cannot read it.
func ExposeFlags(reg *registry.Registry) {
	for name, flag := range map[string]any{
		"checkoutClosed": &checkoutClosed, "freeShippingFrom": &freeShippingFrom, "carrier": &carrier, "fees": &fees, "carrierToken": &carrierToken,
	} {
		reg.Expose("shop."+name, flag, registry.Guard(nil))
	}
	registry.Names(map[Carrier]string{Post: "Post", Courier: "Courier", Bicycle: "Bicycle"}, reg)
	registry.Names(map[Role]string{Guest: "Guest", Customer: "Customer", Clerk: "Clerk"}, reg)
}

// shipping returns what it costs to have goods of that value brought.
func shipping(goods float64) float64 {
	if goods >= freeShippingFrom {
		return 0
	}
	return fees[carrier]
}

// label is what the carrier knows the parcel of an order by.
func label(order uint64) []byte {
	h := hmac.New(sha256.New, []byte(carrierToken))
	h.Write(binary.BigEndian.AppendUint64(nil, order))
	return h.Sum(nil)
}
