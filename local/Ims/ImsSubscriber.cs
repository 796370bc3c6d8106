namespace Byon.Local.Ims;

/// <param name="Number">E.164 with plus: the user part of the public identity.</param>
/// <param name="User">Digest user name: the private identity.</param>
public sealed record ImsSubscriber(string Number, string User, string Password);
