package contract

import (
	"context"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// Stripe tells some things twice: that a dispute was made, and that its money was taken. Who
// acts on whichever comes first does nothing at the other, so that what it does at that one
// shows only where it comes alone.

// toldByEither returns the effect that an event of a type has without the creation of its
// object, if it is the same as the creation's, and nothing else. Events of the type then come
// without the creation, as long as the run takes.
func toldByEither(ctx context.Context, b *baseline, eventType string) (statediff.Diff, error) {
	creation := b.sender.subject.creation(eventType)
	if creation == "" || strings.HasSuffix(eventType, ".updated") || strings.HasSuffix(eventType, ".deleted") {
		return nil, nil
	}
	alone, err := b.alone(ctx, eventType)
	if err != nil || len(alone) == 0 {
		return nil, err
	}
	created := statediff.Baseline{Volatile: b.known.madeUp(b.probe.careful)}
	for range 2 {
		did, err := b.alone(ctx, creation)
		if err != nil {
			return nil, err
		}
		created.References = append(created.References, did)
	}
	if differences, judged := created.Judge(alone); judged == 0 || len(differences) > 0 || created.Differs(alone) {
		return nil, nil
	}
	comesAlone(b.sender, eventType)
	return alone, nil
}

// comesAlone lets events of a type come without those that usually precede them.
func comesAlone(s *sender, eventType string) {
	for _, whole := range []bool{false, true} {
		for _, linked := range []bool{false, true} {
			s.source.creations.Store(precededBy{eventType, whole, linked}, []string(nil))
		}
	}
}
