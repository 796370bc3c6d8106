namespace Byon.Functions.CallHandling;

/// <summary>Section "CallHandling": what the operator offers.</summary>
internal sealed class CallHandlingOptions
{
    /// <summary>Whether the network takes emergency calls from here; without it they are refused with 501.</summary>
    public bool EmergencyCalls { get; set; }
}
