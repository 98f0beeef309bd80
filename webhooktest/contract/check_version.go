package contract

import (
	"context"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// checkOtherTrain delivers a genuine event of another train. If it is refused, it also
// delivers a forged event of the handler's own train: the two answers must differ in a
// readable way.
func checkOtherTrain(ctx context.Context, s *session) ([]finding, error) {
	event, err := s.sender.controlOfOtherTrain()
	if err != nil {
		return nil, err
	}
	response, err := s.sender.deliver(ctx, event)
	if err != nil || response.Accepted() {
		return nil, err
	}
	sent := "a genuine " + event.String() + " of API version " + event.APIVersion()
	if response.Err != nil || response.StatusCode >= 500 {
		f := finding{sent: sent, expected: wantedAnswer("!5xx"), actual: answerOf(response)}
		if _, refused := versionRefusal(response); !refused { // else it is no crash
			f.status, f.silent = response.StatusCode, response.Err != nil
		}
		return []finding{f}, nil
	}
	forged, err := s.sender.deliverControl(ctx, "wrong-secret")
	if err != nil || forged.StatusCode != response.StatusCode || string(forged.Body) != string(response.Body) {
		return nil, err
	}
	return []finding{{sent: sent, expected: "a response other than to a forged event", actual: "the same: " + answerOf(response)}}, nil
}

// controlOfOtherTrain makes a control of the newest other train that has its type.
func (s *sender) controlOfOtherTrain() (*webhooktest.Event, error) {
	if fixtures.IsThin(s.subject.control()) {
		return nil, render.ErrThin // it is the same at every version
	}
	own := trainOf(s.subject.version())
	for _, version := range fixtures.Trains() {
		if trainOf(version) == own {
			continue
		}
		if event, err := s.controlAt(version); err == nil { // otherwise the type, or a path that the user sets, is missing
			return event, nil
		}
	}
	return nil, errLacks{"a type that is in two trains: " + s.subject.control() + " is not"}
}

// trainOf returns the train of an API version; a version from before trains is its own.
func trainOf(version string) string {
	if _, train, named := strings.Cut(version, "."); named {
		return train
	}
	return version
}
