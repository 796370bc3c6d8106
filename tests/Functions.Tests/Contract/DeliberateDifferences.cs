namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>Where the served APIs differ from the published ones on purpose; docs/api.md tells the reasons at length.</summary>
internal static class DeliberateDifferences
{
    /// <summary>On every surface; the definitions say themselves that their lists of errors are not exhaustive.</summary>
    public static IReadOnlyList<Difference> Common { get; } =
    [
        new("errors of HTTP, of limits and of the parts behind us", @"\+ \S+ \S+ (406|408|413|415|429|500|503)( .*)?"),
    ];

    private static readonly Difference NoNumberInToken = new("a token without a number cannot register", @"\+ (GET|POST) /sessions 422( .*)?");

    private static readonly Difference NothingOutOfRange = new("without a range nothing is out of it", @"- \S+ \S+ 400 OUT_OF_RANGE");

    private static readonly Difference NoRangeInReads = new("reading and deleting know no range", @"- (GET|DELETE) \S+ 400 OUT_OF_RANGE");

    private static readonly Difference NumberIsOfToken =
        new("what belongs to another is not found, so nothing but an originator contradicts the token", @"- (?!POST /sessions 403 INVALID_TOKEN_CONTEXT .*)\S+ \S+ 403 INVALID_TOKEN_CONTEXT");

    private static readonly Difference OneKindOfNotFound = new("an id that is not found is NOT_FOUND, of whatever it is", @"- \S+ \S+ 404 IDENTIFIER_NOT_FOUND");

    private static readonly Difference RegistrationOfCall = new("the registration of a new call is not found", @"\+ POST /sessions 404( .*)?");

    private static readonly Difference StateOfCall = new("a step that the call's state does not allow", @"\+ PUT \S+/status 409( .*)?");

    private static readonly Difference StatusAnswersWithBody = new("a change of status is answered with the session", @"- PUT \S+/status 204( .*)?");

    private static readonly Difference QualityOfCall = new("how an ended call sounded", @"\+ \S+ \S+ 20\d body\.quality\b.*");

    private static readonly Difference CorrelatorOfChange = new("the correlator is echoed on a change of status too", @"\+ PUT \S+/status 200 header x-correlator");

    private static readonly Difference CorrelatorLimit = new("the pattern's limit as maxLength too", @"\+ \S+ \S+ header x-correlator maxLength=256");

    private static readonly Difference Correlator = new("BYON also takes and echoes x-correlator", @"\+ \S+ \S+ (\d{3} )?header x-correlator( .*)?");

    private static readonly Difference AnyErrorOfByon =
        new("BYON attaches these errors to some operations only", @"\+ \S+ \S+ (400( INVALID_ARGUMENT)?|401( UNAUTHENTICATED)?|403( PERMISSION_DENIED)?|404( NOT_FOUND)?)");

    private static readonly Difference NamelessInByon = new("operations that BYON gives no operationId", @"\+ \S+ \S+ operationId \w+");

    private static readonly Difference ManyTypesInAnswers =
        new("an answer holds as many types as a request of 0.3 may", @"(\+ \S+ \S+ 20\d body\S*\.types maxItems=3|- \S+ \S+ 20\d body\S*\.types maxItems=1)");

    private static readonly Difference CredentialInOneSchema =
        new("published as a base type only, its one kind by a discriminator", @"\+ \S+ \S+ body\.sinkCredential\.accessToken.*");

    private static readonly Difference NothingAsynchronous = new("subscriptions begin and end at once", @"- \S+ \S+ 202( .*)?");

    private static readonly Difference NoConflictOfSubscriptions = new("two subscriptions alike are two subscriptions", @"- POST \S+ 409( .*)?");

    private static readonly Difference IdentifiersAreSimple =
        new("a subscription is always made for the number of the token", @"- (POST|PUT) \S+ 422 UN(NECESSARY|SUPPORTED)_IDENTIFIER");

    private static readonly Difference ScopesOfByon = new("nominal scopes of a bearer scheme, which has none; ours are those of CAMARA", @"- \S+ \S+ BearerAuth (read|write)");

    public static IReadOnlyDictionary<string, IReadOnlyList<Difference>> Of { get; } = new Dictionary<string, IReadOnlyList<Difference>>
    {
        ["webrtc-registration-v0.4"] =
        [
            NoNumberInToken, NoRangeInReads, NumberIsOfToken, OneKindOfNotFound,
            new("the number of a two-legged token, as CAMARA r3.1 has it", @"\+ POST /sessions body\.phoneNumber .*"),
        ],
        ["webrtc-call-handling-v0.4"] = [RegistrationOfCall, QualityOfCall, StateOfCall, StatusAnswersWithBody, CorrelatorOfChange, NothingOutOfRange, NumberIsOfToken, OneKindOfNotFound],
        ["webrtc-registration-v0.3"] =
        [
            NoNumberInToken, NothingOutOfRange, NumberIsOfToken, OneKindOfNotFound, CorrelatorLimit,
            new("published as pattern uuid, which no UUID matches", @"[-+] POST /sessions body\.deviceId (pattern|format)=uuid"),
            new("the device is registered through another client", @"\+ POST /sessions 409( .*)?"),
        ],
        ["webrtc-call-handling-v0.3"] =
        [
            RegistrationOfCall, QualityOfCall, StateOfCall, StatusAnswersWithBody, CorrelatorOfChange, NothingOutOfRange, NumberIsOfToken, OneKindOfNotFound, CorrelatorLimit,
            new("a call cannot do without these", @"\+ POST /sessions body\.(originatorAddress|receiverAddress|offer) required"),
            new("a change cannot do without a status", @"\+ PUT \S+/status body\.status required"),
            new("a clientCorrelator that stands for another session", @"\+ POST /sessions 409( .*)?"),
        ],
        ["webrtc-events-v0.3"] =
        [
            ManyTypesInAnswers, CredentialInOneSchema, NothingAsynchronous, NoConflictOfSubscriptions, IdentifiersAreSimple,
            new("several types and any of them are served", @"- (POST|PUT) \S+ 422 MULTIEVENT_\w+"),
            new("a device of another is no mismatch: it has no events for the caller", @"- (POST|PUT) \S+ 403 SUBSCRIPTION_MISMATCH"),
            new("a device may subscribe before it is registered", @"- (POST|PUT) \S+ 422 SERVICE_NOT_APPLICABLE"),
            new("a change names neither sink nor device and makes no subscription", @"- PUT \S+ (400 INVALID_(PROTOCOL|SINK)|422( MISSING_IDENTIFIER| header x-correlator)?|429 QUOTA_EXCEEDED)"),
        ],
        ["webrtc-events-v0.2"] =
        [
            CorrelatorLimit, ManyTypesInAnswers, CredentialInOneSchema, NothingAsynchronous, NoConflictOfSubscriptions, IdentifiersAreSimple,
            new("any one type is served", @"- POST \S+ 422 MULTIEVENT_COMBINATION_\w+"),
        ],
        ["racm-v1"] =
        [
            Correlator, AnyErrorOfByon, NoNumberInToken, NamelessInByon, ScopesOfByon,
            new("the device is registered through another client", @"\+ POST /sessions 409( .*)?"),
            new("published as 400 with the code of a 404", @"- DELETE /sessions/\{racmSessionId\} 400 NOT_FOUND"),
        ],
        ["notificationchannel-v1"] =
        [
            Correlator, AnyErrorOfByon, NamelessInByon, ScopesOfByon,
            new("the kinds of channelData fit one another, so one schema holds all members", @"[-+] \S+ \S+ .*\.channelData\b.*"),
            new("published without a type", @"\+ \S+ \S+ .*(body|channels\[\]) type=object"),
            new("where the channel stands in the device's log", @"\+ \S+ \S+ .*\.cursor type=string"),
            new("events after a cursor, for clients that were away", @"\+ GET /channels/\{channelId\}/events( .*)?"),
            new("a device belongs to a number", @"\+ POST /channels 422( .*)?"),
            new("a kind of channel that is not configured", @"\+ (POST|PUT) \S+ 501( .*)?"),
            new("a renewal is answered with the channel", @"- PUT /channels/\{channelId\} 204"),
        ],
        ["vvoip-v1"] =
        [
            Correlator, AnyErrorOfByon, QualityOfCall, StateOfCall, StatusAnswersWithBody, ScopesOfByon,
            new("an originator that is not the token's number", @"\+ POST /sessions 403 INVALID_TOKEN_CONTEXT"),
            new("a clientCorrelator that stands for another session", @"\+ POST /sessions 409( .*)?"),
            new("emergency calls may be switched off", @"\+ POST /sessions 501( .*)?"),
            new("the text requires the offer, the schema does not", @"\+ POST /sessions body\.offer required"),
            new("a change cannot do without a status", @"\+ PUT \S+/status body\.status required"),
        ],
    };
}
