package token

// The findings. Those about signatures and keys have the words of package jose.
const (
	Malformed     Word = "malformed"
	Cut           Word = "cut"
	Encrypted     Word = "encrypted"
	OpaqueToken   Word = "opaque"
	SignatureGood Word = "signature-good"
	AlgNone       Word = "alg-none"
	AlgNotAllowed Word = "alg-not-allowed"
	Critical      Word = "critical"
	FormLoose     Word = "form-loose"    // base64 or JSON that strict verifiers refuse
	KeyElsewhere  Word = "key-elsewhere" // jku, x5u; never followed
	KeyInside     Word = "key-inside"    // jwk, x5c

	Expired        Word = "expired"
	NotYetValid    Word = "not-yet-valid"
	IssuedAhead    Word = "issued-ahead" // iat lies ahead of the server's clock
	TimeZone       Word = "time-zone"    // by whole hours: local time was written
	Milliseconds   Word = "milliseconds"
	TimeAsString   Word = "time-as-string"
	TimeInvalid    Word = "time-invalid"
	NoExpiry       Word = "no-expiry"
	ZeroLifetime   Word = "zero-lifetime"
	NegativeLife   Word = "negative-lifetime"
	LongLifetime   Word = "long-lifetime"
	RenewalOverdue Word = "renewal-overdue" // Kubernetes' warnafter

	NoIssuer       Word = "no-issuer"
	IssuerOther    Word = "issuer-other"
	IssuerSlash    Word = "issuer-slash"   // differs in the slash at its end
	IssuerScheme   Word = "issuer-scheme"  // http and https
	IssuerHost     Word = "issuer-host"    // the same path at another host or port
	IssuerRealm    Word = "issuer-realm"   // the same host, another realm, tenant or server
	IssuerVersion  Word = "issuer-version" // Entra v1 and v2
	IssuerCommon   Word = "issuer-common"  // the verifier wants common or organizations, no token says that
	IssuerAuthPath Word = "issuer-auth"    // Keycloak with and without /auth
	IssuerCase     Word = "issuer-case"
	NoAudience     Word = "no-audience"
	AudienceOther  Word = "audience-other"
	AudienceNear   Word = "audience-near"  // differs in a slash, api://, case or scheme
	AudienceGlued  Word = "audience-glued" // several in one string
	NoSubject      Word = "no-subject"
	WrongType      Word = "wrong-type"
	ScopeMissing   Word = "scope-missing"

	KindOther     Word = "kind-other" // an ID token, refresh token, proof ... where another kind belongs
	GraphToken    Word = "graph-token"
	MicrosoftOwn  Word = "microsoft-own" // for another API of Microsoft's
	OktaOrg       Word = "okta-org"
	Auth0Opaque   Word = "auth0-opaque"
	KeycloakNoAud Word = "keycloak-account"
	CognitoNoAud  Word = "cognito-no-aud"
	KubeLegacy    Word = "kubernetes-legacy"
	KubeBound     Word = "kubernetes-bound"
	FirebaseMint  Word = "firebase-custom"
	IDFine        Word = "id-token-by-design"
	DPoPBound     Word = "dpop-bound"
	CertBound     Word = "certificate-bound"
)
