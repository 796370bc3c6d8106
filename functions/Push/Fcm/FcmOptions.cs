namespace Byon.Functions.Push.Fcm;

/// <summary>Section "Push:Fcm": the operator's Firebase project.</summary>
internal sealed class FcmOptions
{
    /// <summary>The service account's key file: its JSON itself, or the path of the file.</summary>
    public string ServiceAccount { get; set; } = "";

    /// <summary>Another address than Google's, for tests.</summary>
    public string Endpoint { get; set; } = "https://fcm.googleapis.com";

    public bool IsConfigured => ServiceAccount.Length > 0;

    public string? Fault() =>
        !IsConfigured ? null
        : !PushOptions.IsEndpoint(Endpoint) ? "Push__Fcm__Endpoint is not an https URI."
        : Fcm.ServiceAccount.TryRead(ServiceAccount, out var fault) is null ? $"Push__Fcm__ServiceAccount: {fault}"
        : null;
}
