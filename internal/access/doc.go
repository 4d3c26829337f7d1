// Package access reads the live objects that an application exposed, under the policy that it
// declared for them: which lock a read happens under, which methods may be called, what is never
// shown. Package registry is what the application sees of it, and describes the policy.
//
// [Objects] holds what is exposed. A [Visit] is one evaluation's access to it; a [View] is a place
// in a live object together with the policy that covers it. Everything above this package reads
// application memory through Views, so what a View refuses stays untold.
package access
