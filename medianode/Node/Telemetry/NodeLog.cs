namespace Byon.MediaNode.Telemetry;

/// <summary>Everything the node's shell logs. No phone number, SDP, address of a party or token may become an argument here.</summary>
internal static partial class NodeLog
{
    // The signalling loop: 1xx.
    [LoggerMessage(100, LogLevel.Error, "A fault in the signalling loop")]
    public static partial void LoopFault(this ILogger log, Exception fault);

    [LoggerMessage(101, LogLevel.Error, "Call {CallId} in state {State} hit a fault and is ended")]
    public static partial void CallFault(this ILogger log, string callId, string state, Exception fault);

    [LoggerMessage(102, LogLevel.Information, "Call {CallId} started, {Direction}")]
    public static partial void CallStarted(this ILogger log, string callId, string direction);

    [LoggerMessage(103, LogLevel.Information, "Call {CallId} ended: {Class}, {Reason}")]
    public static partial void CallEnded(this ILogger log, string callId, string @class, string reason);

    [LoggerMessage(104, LogLevel.Information, "Registration {RegistrationId} made")]
    public static partial void RegistrationMade(this ILogger log, string registrationId);

    [LoggerMessage(105, LogLevel.Warning, "Registration {RegistrationId} failed: {Fault}")]
    public static partial void RegistrationFailed(this ILogger log, string registrationId, string fault);

    [LoggerMessage(106, LogLevel.Information, "Registration {RegistrationId} lapsed: {Reason}")]
    public static partial void RegistrationLapsed(this ILogger log, string registrationId, string reason);

    [LoggerMessage(107, LogLevel.Warning, "An incoming call was refused: {Reason}")]
    public static partial void InvitationRefused(this ILogger log, string reason);

    [LoggerMessage(108, LogLevel.Information, "Call {CallId} has the Session-ID {SessionId}")]
    public static partial void CallNamed(this ILogger log, string callId, string sessionId);

    [LoggerMessage(109, LogLevel.Information, "Next hop {Host} is {Hops}")]
    public static partial void NextHopFound(this ILogger log, string host, string hops);

    [LoggerMessage(110, LogLevel.Warning, "Next hop {Host} has no address; what was known of it goes on serving")]
    public static partial void NextHopLost(this ILogger log, string host);

    // SIP sockets: 2xx.
    [LoggerMessage(200, LogLevel.Information, "SIP on {EndPoint}, UDP and TCP")]
    public static partial void SipListening(this ILogger log, string endPoint);

    [LoggerMessage(201, LogLevel.Debug, "SIP connection with {Remote} closed: {Why}")]
    public static partial void SipConnectionClosed(this ILogger log, string remote, string why);

    [LoggerMessage(202, LogLevel.Warning, "SIP socket fault: {Code}")]
    public static partial void SipSocketFault(this ILogger log, string code);

    // The journal: 3xx.
    [LoggerMessage(300, LogLevel.Warning, "Storage does not answer; rows and events wait for it: {Why}")]
    public static partial void StorageAway(this ILogger log, string why);

    [LoggerMessage(301, LogLevel.Error, "A row or an event cannot be stored and is given up: {Why}")]
    public static partial void JournalEntryFailed(this ILogger log, string why);

    [LoggerMessage(302, LogLevel.Error, "More than {Limit} rows and events wait for storage: new ones are given up")]
    public static partial void JournalFull(this ILogger log, int limit);

    [LoggerMessage(303, LogLevel.Warning, "Web PubSub did not take an event: {Why}")]
    public static partial void PublishFailed(this ILogger log, string why);

    [LoggerMessage(304, LogLevel.Error, "{Pending} rows and events could not be stored before the node stopped")]
    public static partial void JournalNotFlushed(this ILogger log, int pending);

    [LoggerMessage(305, LogLevel.Information, "Storage answers again")]
    public static partial void StorageBack(this ILogger log);

    [LoggerMessage(306, LogLevel.Warning, "The queue does not answer; deliveries wait for it: {Why}")]
    public static partial void QueueAway(this ILogger log, string why);

    [LoggerMessage(307, LogLevel.Information, "The queue answers again")]
    public static partial void QueueBack(this ILogger log);

    [LoggerMessage(309, LogLevel.Warning, "Call {CallId} takes {Size} bytes as a snapshot, which no row holds; it ends with this node")]
    public static partial void SnapshotTooLarge(this ILogger log, string callId, int size);

    [LoggerMessage(310, LogLevel.Warning, "The snapshot of call {CallId} cannot be read here: {Fault}")]
    public static partial void SnapshotUnreadable(this ILogger log, string callId, string fault);

    [LoggerMessage(308, LogLevel.Warning, "Ended before every delivery was asked for; the timer finds the rest")]
    public static partial void DeliveriesNotAskedFor(this ILogger log);

    // The pool: 4xx.
    [LoggerMessage(400, LogLevel.Information, "Node {NodeId} is {State}")]
    public static partial void NodeStateChanged(this ILogger log, string nodeId, string state);

    [LoggerMessage(401, LogLevel.Warning, "Node {NodeId} is gone; taking over {Calls} calls and {Registrations} registrations")]
    public static partial void TakingOver(this ILogger log, string nodeId, int calls, int registrations);

    [LoggerMessage(402, LogLevel.Warning, "The node table cannot be reached: {Why}")]
    public static partial void NodeTableAway(this ILogger log, string why);

    [LoggerMessage(403, LogLevel.Error, "Node {NodeId} was declared gone while storage was out of its reach; dropping everything it held")]
    public static partial void DeclaredGone(this ILogger log, string nodeId);

    [LoggerMessage(404, LogLevel.Critical, "The node cannot keep its place in the pool and stops")]
    public static partial void LifecycleFault(this ILogger log, Exception fault);

    [LoggerMessage(405, LogLevel.Warning, "Registration {RegistrationId} could not be taken over: {Fault}")]
    public static partial void AdoptionFailed(this ILogger log, string registrationId, string fault);

    [LoggerMessage(407, LogLevel.Information, "Registration {RegistrationId} and its {Calls} calls went to node {NodeId}")]
    public static partial void CallsHandedOver(this ILogger log, string registrationId, int calls, string nodeId);

    [LoggerMessage(408, LogLevel.Warning, "Node {NodeId} did not take a registration with its calls: {Why}")]
    public static partial void HandOverRefused(this ILogger log, string nodeId, string why);

    [LoggerMessage(409, LogLevel.Information, "Call {CallId} goes on here")]
    public static partial void CallTakenUp(this ILogger log, string callId);

    [LoggerMessage(406, LogLevel.Warning, "The watch over the other nodes was interrupted: {Why}")]
    public static partial void PoolWatchFault(this ILogger log, string why);

    // The control API: 5xx.
    [LoggerMessage(500, LogLevel.Warning, "Control request refused: no valid token")]
    public static partial void ControlTokenRefused(this ILogger log);
}
