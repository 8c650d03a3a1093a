typedef int Cellar;
