package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// AWSAPIGWUnknownRoute: API Gateway speaks of a missing token where there is no such route.
var AWSAPIGWUnknownRoute = &cause.Cause{
	ID:        "aws-apigw-unknown-route",
	Title:     "API Gateway has no such route; its words about a token mislead",
	Family:    family,
	RefusedBy: exchange.Gateway,
	FaultAt:   exchange.Client,
	Hides: []string{"403-means-401", "no-credentials-sent", "authorization-scheme-wrong", "authorization-scheme-missing", "unsolicited-authorization-sent",
		"waf-block", "ip-allowlist", "user-lacks-role-or-group", "cdn-strips-authorization", "reverse-proxy-strips-authorization"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 403 {
			return nil
		}
		if _, signed := v.Arrived(cred.SigV4); signed {
			return nil
		}
		m, said := v.Means(signature.UnknownRoute)
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.8}
		switch bad, garbled := v.Means(signature.MalformedHeader); {
		case said && m.Product == "AWS API Gateway":
			s.Because = []fact.Fact{m.Because, v.Saw("API Gateway says so for a path or method that is not deployed, and for one that wants AWS's own signature.")}
		case garbled && bad.Product == "AWS API Gateway":
			s.Because = []fact.Fact{bad.Because, v.Asked("The credential is no AWS signature: API Gateway tries to read it as one where no route of the stage takes the request.")}
		default:
			return nil
		}
		s.Raise = []cause.Raise{{Command: "aws apigateway get-resources --rest-api-id ID --query 'items[].[path,keys(resourceMethods||`{}`)]' --output text",
			Where: "with access to the AWS account", Would: "list the paths and methods; authorizationType AWS_IAM of get-method means that a signature is wanted"}}
		s.Remedies = []cause.Remedy{{
			ID: "correct-route", Title: "put the stage into the path, and check path and method", For: "client",
			Effect: "the request meets a route", Opens: "nothing",
			Steps:  []string{"the address is https://ID.execute-api.REGION.amazonaws.com/STAGE/path: the stage is missing most often", "a trailing slash and the letter case count; so does the method"},
			Verify: "the answer is the application's, or a 401 of the authorizer", Undo: "use the former address",
		}, {
			ID: "sign-request", Title: "sign the request, if the method is IAM-authorised", For: "client",
			Effect: "API Gateway knows who asks", Opens: "nothing",
			Steps:  []string{`curl --aws-sigv4 "aws:amz:REGION:execute-api" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" ` + cause.Quote(v.Request.URL)},
			Verify: "another answer than this 403", Undo: "leave the options out",
		}, {
			ID: "deploy-api", Title: "deploy the API after the change, and answer unknown routes with 404", For: "server",
			Effect: "the route exists; the message says what is so", Opens: "the routes that were made",
			Steps: []string{"aws apigateway create-deployment --rest-api-id ID --stage-name STAGE",
				"aws apigateway put-gateway-response --rest-api-id ID --response-type MISSING_AUTHENTICATION_TOKEN --status-code 404 --response-templates '{\"application/json\":\"{\\\"message\\\":\\\"no such route\\\"}\"}'"},
			Verify: "the route answers; a path that does not exist answers 404", Undo: "deploy the former version; delete-gateway-response",
		}}
		return s
	},
}
