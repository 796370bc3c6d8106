using Byon.MediaNode.Core.Calls;

namespace Byon.MediaNode;

/// <summary>What the operator decides about calls.</summary>
/// <param name="BusyStatus">
/// <c>Node__Calls__Busy</c> (wait): what a second caller hears of a device that is in a call: <c>wait</c> rings on, <c>here</c>
/// is 486, so that other phones of the number go on ringing, <c>everywhere</c> is 600, which ends the call.
/// </param>
/// <param name="DeclineStatus">
/// <c>Node__Calls__Decline</c> (everywhere): what declining tells the caller: <c>everywhere</c> is 603, <c>busy</c> 486 and
/// <c>unavailable</c> 480; the latter two are about this device only.
/// </param>
/// <param name="TakesReferrals"><c>Node__Calls__Referrals</c> (false): the other side may pass a subscriber on to somebody else (REFER), whose call the subscriber pays for.</param>
/// <param name="TransfersByRefer"><c>Node__Calls__Transfer</c> (bridge): how calls go to the SIM phone: <c>bridge</c> works with every network and lets them come back, <c>refer</c> has the other side call the phone.</param>
/// <param name="TransferTime"><c>Node__Calls__TransferSeconds</c> (30): how long the SIM phone rings for a call that is handed over.</param>
/// <param name="KeysByInfo"><c>Node__Calls__KeysByInfo</c> (false): keys of the API go by INFO (application/dtmf-relay) to who takes no telephone events but INFO; else they are heard as tones.</param>
/// <param name="MoveTime"><c>Node__Calls__MoveSeconds</c> (10): how long browser and network have to follow a call whose node stopped or died to another one; 0 lets such calls end.</param>
public sealed record NodeCallOptions(
    int? BusyStatus, int DeclineStatus, bool TakesReferrals, bool TransfersByRefer, TimeSpan TransferTime, bool KeysByInfo, TimeSpan MoveTime)
{
    internal static NodeCallOptions Read(SettingReader settings) => new(
        settings.Choice("Node:Calls:Busy", "wait", "here", "everywhere") switch
        {
            "here" => SipStatus.BusyHere,
            "everywhere" => SipStatus.BusyEverywhere,
            _ => null,
        },
        settings.Choice("Node:Calls:Decline", "everywhere", "busy", "unavailable") switch
        {
            "busy" => SipStatus.BusyHere,
            "unavailable" => SipStatus.TemporarilyUnavailable,
            _ => SipStatus.Decline,
        },
        settings.Flag("Node:Calls:Referrals", false),
        settings.Choice("Node:Calls:Transfer", "bridge", "refer") == "refer",
        TimeSpan.FromSeconds(settings.Number("Node:Calls:TransferSeconds", 30, 1, 120)),
        settings.Flag("Node:Calls:KeysByInfo", false),
        TimeSpan.FromSeconds(settings.Number("Node:Calls:MoveSeconds", 10, 0, 60)));

    /// <summary>Connected calls outlive their node.</summary>
    public bool MovesCalls => MoveTime > TimeSpan.Zero;
}
