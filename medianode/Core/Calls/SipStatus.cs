namespace Byon.MediaNode.Core.Calls;

/// <summary>The SIP status codes a node sends or acts on by name (RFC 3261 §21).</summary>
public static class SipStatus
{
    public const int Ringing = 180;
    public const int Queued = 182;
    public const int SessionProgress = 183;
    public const int TemporarilyUnavailable = 480;
    public const int BusyHere = 486;
    public const int RequestTerminated = 487;
    public const int NotAcceptableHere = 488;
    public const int RequestPending = 491;
    public const int ServiceUnavailable = 503;
    public const int BusyEverywhere = 600;
    public const int Decline = 603;
}
