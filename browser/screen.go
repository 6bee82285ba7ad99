package browser

import (
	"context"
	_ "embed"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// mask paints over what may be secret: everything typed into a form, and every word that looks like a token, a number of
// some length, or an address of a person. It runs in a world of its own, which the page's scripts do not see.
//
//go:embed mask.js
var mask string

// screenshot is the page as it stands, with what may be secret painted over; nil when that cannot be done.
func (v *visit) screenshot() []byte {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	tree, err := cdp.Call(ctx, v.page, page.GetFrameTree, cdp.Empty{})
	if err != nil || tree.FrameTree == nil || tree.FrameTree.Frame == nil {
		return nil
	}
	world, err := cdp.Call(ctx, v.page, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: tree.FrameTree.Frame.ID, WorldName: "why401"})
	if err != nil {
		return nil
	}
	done, err := cdp.Call(ctx, v.page, runtime.Evaluate, runtime.EvaluateParams{Expression: mask, ContextID: world.ExecutionContextID, ReturnByValue: ptr(true)})
	if err != nil || done.ExceptionDetails != nil {
		return nil // an unmasked picture is not kept
	}
	shot, err := cdp.Call(ctx, v.page, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
	if err != nil {
		return nil
	}
	return shot.Data
}

func ptr[T any](v T) *T { return &v }
